# Authorization headers that no honest client sends: never a crash, never let in but by GSSAPI's own word.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use MIME::Base64 qw(encode_base64 decode_base64);

my $client = client();
my $connection = $client->connection;

# The answer to a header's value; a new connection where the server closed the old one.
sub answer {
    my ($value, $path) = @_;
    my $send = sub { $connection->request($path, headers => ["Authorization: $value"]) };
    my $answer = $send->();
    if (!defined $answer || ($answer->header('Connection') // '') =~ /close/i) {
        $connection = $client->connection;
        $answer //= $send->();
    }
    return $answer;
}

my @odd = (
    ['an empty value',                    ''],
    ['a scheme alone',                    'Negotiate'],
    ['a scheme and a blank',              'Negotiate '],
    ['one byte',                          'Negotiate A'],
    ['one decoded byte',                  'Negotiate YA=='],
    ['padding alone',                     'Negotiate ===='],
    ['no base64',                         'Negotiate <script>alert(1)</script>'],
    ['bytes beyond ASCII',                "Negotiate \xff\xfe\xfd\xfc"],
    ['two tokens',                        'Negotiate YIIB, Negotiate YIIB'],
    ['another scheme',                    'Bearer YIIB'],
    ['Basic',                             'Basic YWxpY2U6YWxpY2Vw'],
    ['raw NTLM',                          'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw=='],
    ['NTLM inside Negotiate',             'Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw=='],
    ['a token of zeros',                  'Negotiate ' . encode_base64("\0" x 3000, '')],
    ['deep nesting',                      'Negotiate ' . encode_base64("\x30\x80" x 2000, '')],
    ['a length of four gigabytes',        'Negotiate ' . encode_base64("\x60\x84\xff\xff\xff\xff\x06\x06", '')],
    ['a very long scheme',                'N' x 8000],
);
for my $case (@odd) {
    my ($what, $value) = @$case;
    is answer($value, '/nego/')->status, 401, "$what is refused with 401";
}

my $large = $client->connection->request('/nego/', headers => ['Authorization: Negotiate ' . 'A' x 60_000]);
is $large->status, 400, '60 kB are refused by httpd itself, with 400';
my $within = answer('Negotiate ' . encode_base64('A' x 6_000, ''), '/nego/');
is $within->status, 401, 'a token just below the limit is refused with 401';

# ---- damaged tokens: our verdict is bare GSSAPI's ------------------------------

my $good = decode_base64(scalar tokens('HTTP/web.localhost'));
my $keytab = realm()->path('http.keytab');

# Each variant is a damaged copy of a token of its own, for a token is accepted only once.
sub agrees {
    my ($what, @damages) = @_;
    my @fresh = map { decode_base64($_) } tokens('HTTP/web.localhost', '--count', scalar @damages);
    my @variants = map { encode_base64($damages[$_]->($fresh[$_]), '') } 0 .. $#damages;
    my @words = judge($keytab, @variants);
    my (@differ, %count);
    for my $i (0 .. $#variants) {
        my $answer = answer("Negotiate $variants[$i]", '/nego/');
        my $user = $answer->header('X-Remote-User') // '';
        my $here = $answer->status == 200 ? "accept $user" : $answer->status == 401 ? 'refuse' : $answer->status;
        my $there = $words[$i] =~ s/^continue.*/refuse/r;
        $count{$there}++;
        push @differ, "variant $i: here $here, GSSAPI $words[$i]" if $here ne $there;
    }
    is_deeply \@differ, [], $what;
    return %count;
}

agrees('every truncation of a token has the verdict of bare GSSAPI',
    map { my $len = $_; sub { substr $_[0], 0, $len } } 1 .. length($good) - 1);
my %count = agrees('every flipped byte of a token has the verdict of bare GSSAPI',
    map { my $at = $_; sub { my $t = $_[0]; substr($t, $at, 1) ^= "\xff" if $at < length $t; $t } } 0 .. length($good) - 1);
is_deeply [grep { !/^(?:accept alice\@EXAMPLE\.TEST|refuse)\z/ } keys %count], [], 'and none signs on as anybody else';
cmp_ok $count{'accept alice@EXAMPLE.TEST'} // 0, '>', 0, 'some flipped bytes are not protected, and are accepted';

my @raw = tokens('HTTP/web.localhost', '--mech', 'krb5', '--count', 2);
is answer("Negotiate $raw[0]", '/nego/')->status, 200, 'a Kerberos token without SPNEGO is accepted';
is answer("negotiate   $raw[1]  ", '/nego/')->status, 200, 'the scheme may be spelled otherwise, blanks around do not matter';

is answer('Negotiate ' . tokens('HTTP/web.localhost'), '/nego/')->status, 200, 'and the server is well after all that';

done_testing;
