# What clients send that is no Kerberos ticket, or no whole one: each has its cause.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Chromium;
use NGD::Dialog;

use MIME::Base64 qw(decode_base64 encode_base64);

my $anybody = client();
my @navigation = ('Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document');

# A request on a connection of its own.
sub asking {
    my ($path, %opt) = @_;
    return sub { $anybody->connection->request($path, %opt, headers => [@{ $opt{headers} // [] }, @_]) };
}

# The same with such an Authorization header.
sub sending {
    my ($authorization, %opt) = @_;
    return asking('/message', %opt, headers => ["Authorization: $authorization", @{ $opt{headers} // [] }]);
}
sub negotiating { my ($bytes, @more) = @_; return sending('Negotiate ' . encode_base64($bytes, ''), @more) }

# A stored token: of clients that this machine has not got, or damaged.
sub vector {
    my ($name) = @_;
    open my $in, '<', "$ENV{NGD_SOURCE_DIR}/t/unit/vectors/$name.b64" or die "$name: $!\n";
    chomp(my $text = <$in>);
    return $text;
}

# DER, and SPNEGO's first message with nothing but such a list of mechanisms.
sub der { my ($tag, $bytes) = @_; return pack('CC', $tag, length $bytes) . $bytes }
sub offering { return der(0x60, "\x06\x06\x2b\x06\x01\x05\x05\x02" . der(0xa0, der(0x30, der(0xa0, der(0x30, join '', map { der(6, $_) } @_))))) }
my $NEGOEX = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e";

# The debug line of a request without a token.
sub challenged { my ($log, $reference) = @_; return $log =~ /negotiate_diag:(\w+)\].*negotiate: challenged reference=\Q$reference\E cause=(\S+)/ ? "$1 $2" : 'no line' }
sub reference { return ($_[0]->body =~ /([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})/)[0] // 'none' }

# ---- no token -------------------------------------------------------------------

shows_cause 'no-token', 'a request without a token', asking('/message'), logged => 0;
error_log();
my $first = asking('/message', headers => ['Accept: text/html', @navigation])->();
is challenged(error_log(), reference($first)), 'debug no-token', 'it is logged at debug, and as no refusal';

# Two requests on one connection, the second of which is looked at.
sub twice {
    my ($one, $two) = @_;
    return sub {
        my $connection = $anybody->connection;
        $connection->request($one->[0], headers => [@$one[1 .. $#$one]]);
        return $connection->request($two->[0], headers => [@$two[1 .. $#$two], @_]);
    };
}
my @page = ('/message', @navigation);
shows_cause 'challenge-ignored', 'a navigation that comes again without a token', twice(\@page, \@page),
    logged => 0, certainty => 'likely';
error_log();
my $ignored = twice(\@page, \@page)->('Accept: text/html');
is challenged(error_log(), reference($ignored)), 'debug challenge-ignored', 'it is logged at debug, and as no refusal';
is $ignored->header('WWW-Authenticate'), 'Negotiate', 'and challenged again';

sub slug_of { return shift->('Accept: application/json')->json->{cause}{slug} }
my @html = ('/message', 'Accept: text/html');
like twice(\@html, \@html)->()->body, qr/challenge-ignored/,
    'a browser that does not say that it navigates is known by what it accepts';
is slug_of(twice(\@page, ['/message?other', @navigation])), 'no-token', 'another address is another navigation';
is slug_of(twice(['/message', 'Sec-Fetch-Mode: cors'], ['/message', 'Sec-Fetch-Mode: cors'])), 'no-token',
    'a script that fetches twice has ignored nothing';
is slug_of(twice(['/message', 'Sec-Fetch-Mode: no-cors', 'Accept: text/html'], \@page)), 'no-token',
    'nor has a navigation after an image of the same address';
is slug_of(twice([@page, 'Via: 1.1 proxy'], [@page, 'Via: 1.1 proxy'])), 'no-token',
    'behind a proxy two requests are not known to be of one client';
is slug_of(sub { asking('/message', headers => \@navigation)->(); asking('/message', headers => [@navigation, @_])->() }), 'no-token',
    'nor on two connections';
is slug_of(sub {
    my $connection = $anybody->connection;
    $connection->request('/message', headers => [@navigation]);
    $connection->request('/message', headers => [@navigation, 'Authorization: Negotiate ' . tokens('HTTP/web.localhost')]);
    return $connection->request('/message', headers => [@navigation, @_]);
}), 'no-token', 'who has answered the challenge has not ignored it';
is slug_of(sub {
    my $connection = $anybody->connection;
    $connection->request('/message', host => 'one.localhost', headers => [@navigation]);
    return $connection->request('/message', host => 'two.localhost', headers => [@navigation, @_]);
}), 'no-token', 'the same path of another host is another address';

SKIP: {
    skip 'Chromium is not installed', 3 unless NGD::Chromium::program();
    error_log();
    my $page = NGD::Chromium->new(realm => realm())->open($anybody->url('/message'));
    like $page->{text}, qr/Tell the help desk: \S+, challenge-ignored,/,
        'a Chromium that has no ticket asks again without one, and shows that' or diag $page->{text};
    my $log = error_log();
    unlike $log, qr/negotiate: refused/, 'which is no refusal';
    like $log, qr/negotiate_diag:debug\].*challenged reference=\S+ cause=challenge-ignored/, 'but a line at debug';
}

# ---- another scheme ---------------------------------------------------------------

shows_cause 'other-scheme', 'Bearer', sending('Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln');
shows_cause 'other-scheme', 'Digest', sending('Digest username="alice", realm="x", nonce="1", uri="/", response="0"');
shows_cause 'other-scheme', 'a scheme that nobody knows', sending('Moonlight abc');
shows_cause 'other-scheme', 'a scheme that begins like ours', sending('Negotiates YIIB');
shows_cause 'other-scheme', 'an empty header', sending('');
shows_cause 'basic-not-enabled', 'Basic', sending('Basic ' . encode_base64('alice:' . realm()->password('alice'), ''));
shows_cause 'basic-not-enabled', 'Basic from curl', sub { $anybody->get('/message', headers => [@_], args => ['-u', 'alice:alice-secret']) };
is sending('Basic YTpi')->()->header('WWW-Authenticate'), 'Negotiate', 'a client that tried another scheme is asked for ours';

# ---- NTLM ---------------------------------------------------------------------------

my $ntlm = vector('windows-ntlm-1');
my $windows = 'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36';
for my $case (
    ['an address that is an IP address',          '127.0.0.1:8080',       [], ['ip-address']],
    ['one of IPv6',                               '[::1]:8080',           [], ['ip-address']],
    ['a local name without a key',                'other.localhost',      [], ['local-name']],
    ['a host that has no key',                    'portal.example.test',  [], ['host-without-key']],
    ['a host without a dot that has no key',      'portal',               [$windows], ['host-without-key']],
    ['a port in the address',                     'web.example.test:8080', [], ['port', 'duplicate-spn']],
    ['a host with a dot, and Windows',            'web.example.test',     [$windows], ['internet-zone', 'duplicate-spn']],
    ['a host that has a key',                     'web.example.test',     [], ['duplicate-spn']],
    ['a local name that has a key',               'localhost',            [], ['duplicate-spn']],
    ['a host in other letters, with a dot behind', 'WEB.Example.Test.',   [], ['duplicate-spn']],
    ['all that may be at once',                   'portal.example.test:81', [$windows], ['host-without-key', 'port', 'internet-zone']],
) {
    my ($what, $host, $headers, $details) = @$case;
    shows_cause 'ntlm-fallback', "NTLM for $what", sending("Negotiate $ntlm", host => $host, headers => $headers),
        details => $details;
}
shows_cause 'ntlm-fallback', "NTLM's third message", sending('Negotiate ' . vector('windows-ntlm-3'));
SKIP: {
    skip 'there is no GSSAPI mechanism for NTLM', 2 unless NGD::Dialog::ntlm_mechanism();
    my $curl = client(undef, env => { NGD::Dialog::ntlm_env(realm()) });
    shows_cause 'ntlm-fallback', 'a curl without a ticket that has NTLM',
        sub { $curl->get('/message', auth => 1, headers => [@_]) };
    shows_cause 'ntlm-fallback', 'the same, by IP address',
        sub { $curl->get('/message', auth => 1, host => '127.0.0.1', headers => [@_]) }, details => ['ip-address'];
}
shows_cause 'ntlm-scheme', 'the scheme NTLM', sending("NTLM $ntlm");
is sending("NTLM $ntlm")->()->header('WWW-Authenticate'), 'Negotiate', 'who sent it is asked for Negotiate';

# ---- other mechanisms -----------------------------------------------------------------

shows_cause 'unsupported-mechanisms', 'SPNEGO that offers NegoEx alone', negotiating(offering($NEGOEX));
shows_cause 'unsupported-mechanisms', $$_[0], sending('Negotiate ' . vector($$_[1])) for
    ['SPNEGO that offers IAKERB alone',  'init-iakerb'],
    ['IAKERB without SPNEGO',            'iakerb'],
    ['SPNEGO that offers PKU2U alone',   'init-pku2u-both-oids'];

# ---- broken messages --------------------------------------------------------------------

my $whole = decode_base64(scalar tokens('HTTP/web.localhost'));
my $text = encode_base64($whole, '');

shows_cause 'empty-token', 'the scheme alone', sending('Negotiate');
shows_cause 'empty-token', 'the scheme and blanks', sending("Negotiate  \t ");

shows_cause 'bad-base64', $$_[0], sending("Negotiate $$_[1]") for
    ['a character that base64 has not', 'YIIB!AAA'],
    ['markup',                          '<script>alert(1)</script>'],
    ['the alphabet for addresses',      ($text =~ s/\A(.{100})./$1-/r)],
    ['two tokens',                      "$text, $text"],
    ['padding in the middle',           'YIIB====YIIB'],
    ['bytes beyond ASCII',              "YIIB\xff\xfe"];

for my $len (1, 2, 3, 17, 100, int(length($whole) / 3), int(length($whole) / 2), length($whole) - 300, length($whole) - 1) {
    shows_cause 'truncated-token', "the first $len of " . length($whole) . ' bytes', negotiating(substr $whole, 0, $len);
}
shows_cause 'truncated-token', "a base64 text that ends inside a group of four, $_ characters short",
    sending('Negotiate ' . substr $text =~ s/=+\z//r, 0, -4 - $_) for 1 .. 3;
my $raw = decode_base64(scalar tokens('HTTP/web.localhost', '--mech', 'krb5'));
shows_cause 'truncated-token', 'a token without SPNEGO that was cut', negotiating(substr $raw, 0, length($raw) - 40);

srand 7;
shows_cause 'malformed-token', $$_[0], negotiating($$_[1]) for
    ['a token with bytes behind it',  decode_base64(scalar tokens('HTTP/web.localhost')) . 'trailing'],
    ['random bytes',                  join '', map { chr int rand 256 } 1 .. 500],
    ['zeros',                         "\0" x 300],
    ['text',                          'alice@EXAMPLE.TEST'],
    ['deep nesting',                  "\x30\x80" x 200];

shows_cause 'orphan-continuation', $$_[0], sending('Negotiate ' . vector($$_[1])) for
    ["a later message of SPNEGO's",                'mit-response-choose-kerberos'],
    ['the last one',                               'mit-response-completed'];
shows_cause 'kerberos-error-token', "an error message of Kerberos in a later message of SPNEGO's",
    sending('Negotiate ' . vector('mit-response-krb-error'));
# MIT krb5 wants another leg after such a token, although none can come.
shows_cause 'orphan-continuation', 'the answer of a Kerberos service', sending('Negotiate ' . vector('mit-kerberos-ap-rep'));
shows_cause 'kerberos-error-token', $$_[0], sending('Negotiate ' . vector($$_[1])) for
    ['an error message of Kerberos',           'mit-kerberos-krb-error'],
    ['one about the clocks',                   'krb-error-skew'];
shows_cause 'kerberos-error-token', "an error message in SPNEGO's first message",
    sending('Negotiate ' . forge('HTTP/web.localhost', '--krb-error', 37));

# ---- negotiations that break off -----------------------------------------------------------

SKIP: {
    skip 'there is no GSSAPI mechanism for NTLM', 4 unless NGD::Dialog::ntlm_mechanism();
    my $begin = sub { NGD::Dialog->new(realm => realm(), user => 'alice') };
    my $later = sub {
        my $dialog = $begin->();
        my $answer = $anybody->connection->request('/message', headers => ['Authorization: Negotiate ' . $dialog->token]);
        my ($token) = $answer->header('WWW-Authenticate') =~ /\ANegotiate (\S+)\z/;
        return $dialog->answer($token);
    };
    shows_cause 'orphan-continuation', 'the second leg on another connection',
        sub { sending('Negotiate ' . $later->())->(@_) };
    shows_cause 'negotiation-interrupted', 'the first leg at an index whose policy is another one',
        sub { asking('/interrupted/', headers => ['Authorization: Negotiate ' . $begin->()->token, @_])->() };
    is asking('/interrupted/', headers => ['Authorization: Negotiate ' . tokens('HTTP/web.localhost')])->()->status, 200,
        'where one leg is enough there is nothing to interrupt';
}

done_testing;
