# Looking into a token spends nothing and changes nothing: neither the replay cache nor krb5.conf, nor the token's one use.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Keytab;
use NGD::Server;

use Digest::SHA qw(sha256_hex);
use Time::HiRes ();

use constant SPN => 'HTTP/untouched.example.test';

my $realm = realm();
my $foreign = $realm->add_principal('HTTP/untouched-foreign.example.test');
$realm->add_principal(SPN, flags => '+no_auth_data_required');
my $keytab = $realm->export_keytab('untouched.keytab', SPN);
my $forge = $realm->export_keytab('private/untouched-forge.keytab', SPN, $foreign);
$realm->share(NGD::Keytab::write($realm->path('untouched-wrong.keytab'),
    map { NGD::Keytab::with($_, key => $_->{key} ^ "\1" x length $_->{key}) } NGD::Keytab::read($keytab)));

# A replay cache and a krb5.conf of this server's own.
my $dir = vars('serverroot') . '/untouched';
my $cache = "$dir/rcache/replay";
my $krb5_conf = "$dir/etc/krb5.conf";
mkdir $_ or die "$_: $!\n" for $dir, "$dir/rcache", "$dir/etc";
chmod 0777, "$dir/rcache", "$dir/etc";
{
    open my $out, '>', $krb5_conf or die "$krb5_conf: $!\n";
    print {$out} "# a comment, which no program that writes the file again would keep\n\n", $realm->krb5_conf;
    close $out or die "$krb5_conf: $!\n";
    chmod 0666, $krb5_conf;
}

my $server = NGD::Server->new(name => 'untouched',
    env => { KRB5_CONFIG => $krb5_conf, KRB5RCACHENAME => "file2:$cache" }, conf => <<'EOT');
<Location />
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/untouched.keytab"
  Require valid-user
  NegotiateExplain Full "expr=true"
  SetHandler negotiate-whoami
</Location>
<Location /name>
  NegotiateAcceptorName HTTP@other.example.test
  NegotiateKeytab "@realm_dir@/mixed.keytab"
</Location>
<Location /wrong>
  NegotiateKeytab "@realm_dir@/untouched-wrong.keytab"
</Location>
<Location /tls>
  NegotiateRequireTLS On
</Location>
# Another module refuses, and this one only explains.
<Location /explained>
  AuthType Basic
  AuthName explained
  AuthUserFile /dev/null
  Require valid-user
  ErrorDocument 401 /explain
</Location>
<Location /explain>
  AuthType None
  Require all granted
  SetHandler negotiate-explain
</Location>
EOT

sub send_to {
    my ($path, $token) = @_;
    return $server->client->connection->request($path,
        headers => ['Accept: application/json', "Authorization: Negotiate $token"]);
}
sub slug { my ($response) = @_; return ($response->json // {})->{cause}{slug} // 'none' }
sub good { return scalar tokens(SPN) }
sub forged { return scalar forge(SPN, @_, '--keytab', $forge) }

sub state_of {
    my ($file) = @_;
    open my $in, '<:raw', $file or return 'missing';
    my $bytes = do { local $/; <$in> };
    my @stat = Time::HiRes::stat($file);
    return join ' ', @stat[1, 2, 4, 5, 7, 9, 10], sha256_hex($bytes);
}

# How many attempts a replay cache has noted: a seed, then records of a tag and a time.
sub noted {
    open my $in, '<:raw', $cache or die "$cache: $!\n";
    my $bytes = do { local $/; <$in> };
    return scalar grep { /[^\0]/ } unpack '(a16)*', substr $bytes, 16;
}

# All that inspection could have touched.
sub everything { return [state_of($cache), state_of($krb5_conf), join ' ', sort map { s{.*/}{}r } glob "$dir/etc/* $dir/rcache/*"] }

is send_to('/', good())->status, 200, 'a good token is let in';
is noted(), 1, 'and noted in the replay cache';
my $before = everything();
my $conf_before = state_of($krb5_conf);

# ---- refusals that do not reach the replay cache ----------------------------------------------

my $tgt = sub { scalar tokens('krbtgt/' . $realm->name) };
my @early = (
    ['spn-not-in-keytab',      '/',      sub { scalar tokens($foreign) }],
    ['wrong-key',              '/wrong', \&good],
    ['wrong-key',              '/',      sub { forged('--seal', $foreign) }],
    ['keytab-old-kvno',        '/',      sub { forged('--seal', $foreign, '--kvno', 9) }],
    ['no-key-for-acceptor',    '/name',  \&good],
    ['not-a-service-ticket',   '/',      $tgt],
    ['authenticator-damaged',  '/',      sub { forged('--damage', 'authenticator') }],
    ['client-mismatch',        '/',      sub { forged('--client', 'bob') }],
    ['client-mismatch',        '/',      sub { forged('--client', 'bob', '--client-time', 1000) }],
    ['transited-refused',      '/',      sub { forged('--transited', 'MIDDLE.TEST') }],
    ['ntlm-fallback',          '/',      sub { forged('--offer', 'ntlm') }],
    ['unsupported-mechanisms', '/',      sub { forged('--offer', 'negoex') }],
    ['truncated-token',        '/',      sub { substr good(), 0, 400 }],
    ['malformed-token',        '/',      sub { 'AAAA' }],
);
for (@early) {
    my ($slug, $path, $make) = @$_;
    my $answer = send_to($path, $make->());
    is_deeply [$answer->status, slug($answer)], [401, $slug], "$slug is found";
    is_deeply everything(), $before, 'and leaves all as it was';
}
is send_to('/tls', good())->status, 403, 'tls-required is found';
is_deeply everything(), $before, 'and leaves all as it was';

# ---- what is only explained -------------------------------------------------------------------------

my @explained = (
    ['clock-skew',             sub { forged('--client-time', 1000) }],
    ['clock-skew',             sub { forged('--client-time', -1000, '--mutual') }],
    ['ticket-expired',         sub { forged('--ticket-times', '-7200,-3600') }],
    ['ticket-not-yet-valid',   sub { forged('--ticket-times', '3600,7200') }],
    ['ticket-not-yet-valid',   sub { forged('--flags', 'invalid') }],
    ['client-mismatch',        sub { forged('--client', 'bob') }],
    ['authenticator-damaged',  sub { forged('--damage', 'authenticator') }],
    ['transited-refused',      sub { forged('--transited', 'MIDDLE.TEST') }],
    ['spn-not-in-keytab',      sub { scalar tokens($foreign) }],
    ['wrong-key',              sub { forged('--seal', $foreign) }],
);
for (@explained) {
    my ($slug, $make) = @$_;
    my $token = $make->();
    my @answers = map { send_to('/explained', $token) } 1 .. 3;
    is_deeply [map { ($_->status, slug($_)) } @answers], [(401, $slug) x 3],
        "$slug is explained, each time it is asked";
    is_deeply everything(), $before, 'and leaves all as it was';
}

# ---- a good token can be used once, whoever has looked at it -------------------------------------------

my $token = good();
my @seen = map { send_to('/explained', $token) } 1 .. 3;
is $seen[0]->status, 401, 'a good token that another module refused is explained';
is_deeply everything(), $before, 'which leaves all as it was';
send_to($_, $token) for qw(/wrong /name /tls);
is_deeply everything(), $before, 'so do refusals of it at other places';
is send_to('/', $token)->status, 200, 'it is let in afterwards';
is noted(), 2, 'and noted once, though the page has looked into it';
is slug(send_to('/', $token)), 'replay', 'the second time it is a replay';

# ---- what Kerberos notes before it refuses ------------------------------------------------------------------

for my $case (['clock-skew', '--client-time', 1000], ['clock-skew', '--client-time', -1000, '--mutual'],
    ['ticket-expired', '--ticket-times', '-7200,-3600'],
    ['ticket-not-yet-valid', '--ticket-times', '3600,7200']) {
    my ($slug, @args) = @$case;
    my $noted = noted();
    my $late = forged(@args);
    is slug(send_to('/', $late)), $slug, "$slug is found";
    is noted(), $noted + 1, 'it was noted once, by the decision, and not by looking into it';
    is slug(send_to('/', $late)), $slug, 'the same again is no replay';
    is noted(), $noted + 1, 'and was noted already';
}

is state_of($krb5_conf), $conf_before, 'after all of it krb5.conf is the same file, unwritten';
is_deeply [glob "$dir/etc/*"], [$krb5_conf], 'and nothing is beside it';

done_testing;
