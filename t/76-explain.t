# Refusals of others: mod_auth_gssapi, and a server behind a proxy, explained by SetHandler negotiate-explain.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Server;

my ($peer) = grep { -e } map { "$_/mod_auth_gssapi.so" } '/usr/lib/apache2/modules', '/usr/lib64/httpd/modules';
plan skip_all => 'mod_auth_gssapi is not installed' unless $peer;

my $realm = realm();

# Keytabs of the peer's: each location has one of these.
my $new = $realm->add_principal('HTTP/rotated.localhost');
$realm->export_keytab('explain-old.keytab', $new);
$realm->rotate(undef, $new);
my $same = $realm->add_principal('HTTP/wrong.localhost');
$realm->export_keytab('explain-right.keytab', $same);
{
    # The same name and version with another key, as a password that was typed wrong makes it.
    my $path = $realm->path('explain-wrong.keytab');
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $same\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\nnot-the-password\nwkt $path\nquit\n";
    close $ktutil or die "ktutil failed\n";
    $realm->share($path);
}

my $server = NGD::Server->new(name => 'explain', modules => ["LoadModule auth_gssapi_module $peer"], conf => <<'EOT');
<Location /peer>
  AuthType GSSAPI
  AuthName peer
  GssapiCredStore keytab:@realm_dir@/http.keytab
  Require valid-user
  ErrorDocument 401 /negotiate-explain
</Location>
<Location /negotiate-explain>
  NegotiateKeytab "@realm_dir@/http.keytab"
  SetHandler negotiate-explain
</Location>
<Location /peer/bob>
  Require user bob@EXAMPLE.TEST
</Location>

<Location /old>
  AuthType GSSAPI
  AuthName peer
  GssapiCredStore keytab:@realm_dir@/explain-old.keytab
  Require valid-user
  ErrorDocument 401 /explain-old
</Location>
<Location /explain-old>
  NegotiateKeytab "@realm_dir@/explain-old.keytab"
  SetHandler negotiate-explain
</Location>
<Location /wrong>
  AuthType GSSAPI
  AuthName peer
  GssapiCredStore keytab:@realm_dir@/explain-wrong.keytab
  Require valid-user
  ErrorDocument 401 /explain-wrong
</Location>
<Location /explain-wrong>
  NegotiateKeytab "@realm_dir@/explain-wrong.keytab"
  SetHandler negotiate-explain
</Location>
<Location /missing>
  AuthType GSSAPI
  AuthName peer
  GssapiCredStore keytab:@dir@/missing.keytab
  Require valid-user
  ErrorDocument 401 /explain-missing
</Location>
<Location /explain-missing>
  NegotiateKeytab "@dir@/missing.keytab"
  SetHandler negotiate-explain
</Location>

# A server behind this one, and this one's explanation of it.
<Location /backend>
  ProxyPass http://127.0.0.1:@port@/peer
  ProxyErrorOverride On 401
  ErrorDocument 401 /negotiate-explain
</Location>
# This module's own refusals, at a place that explains with another keytab.
<Location /own>
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/explain-wrong.keytab"
  Require valid-user
  ErrorDocument 401 /negotiate-explain
</Location>
<Location /rewritten>
  RewriteEngine On
  RewriteRule .* /negotiate-explain
</Location>
<Location /password>
  AuthType Basic
  AuthName password
  AuthBasicProvider file
  AuthUserFile "@realm_dir@/no-such-file"
  Require valid-user
  ErrorDocument 401 /negotiate-explain
</Location>
<Location /no-keytab>
  SetHandler negotiate-explain
</Location>
<Location /no-keytab-refused>
  AuthType GSSAPI
  AuthName peer
  Require valid-user
  ErrorDocument 401 /no-keytab
</Location>
EOT

my $alice = $server->client('alice');
my $anybody = $server->client;
my $log = sub { $server->log };
my %seen;

sub explains {
    my ($slug, $what, $ask, %opt) = @_;
    $seen{$slug}++;
    return shows_cause $slug, $what, $ask, log => $log, %opt;
}

# A request with this token, each time another one.
sub with {
    my ($path, $token) = @_;
    return sub { $anybody->connection->request($path, headers => [@_, 'Authorization: ' . $token->()]) };
}
sub used_before {
    my $token = tokens('HTTP/web.localhost', @_);
    $anybody->connection->request('/peer/', headers => ["Authorization: Negotiate $token"]);
    return with('/peer/', sub { "Negotiate $token" });
}
sub fresh { my @args = @_; return sub { 'Negotiate ' . tokens(@args) } }

# ---- what works is left alone ----------------------------------------------------------

my $good = $alice->get('/peer/');
is $good->status, 404, "the peer's own sign-on works";
is $good->header('WWW-Authenticate') =~ /\ANegotiate \S+\z/, 1, 'and its final token is there';
unlike $server->log, qr/negotiate: (?:refused|challenged)/, 'this module says nothing of it';

# ---- at least ten refusals ---------------------------------------------------------------

explains 'no-token', 'nothing came', sub { $anybody->get('/peer/', headers => [@_]) }, logged => 0;
is $anybody->get('/peer/')->header('WWW-Authenticate'), 'Negotiate', "the peer's challenge stays";
explains 'basic-not-enabled', 'a password came', with('/peer/', sub { 'Basic YWxpY2U6eA==' }), certainty => 'likely';
explains 'other-scheme', 'another scheme came', with('/peer/', sub { 'Bearer abc' });
explains 'ntlm-scheme', 'NTLM by name came', with('/peer/', sub { 'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==' });
explains 'ntlm-fallback', 'NTLM inside Negotiate came',
    with('/peer/', sub { 'Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==' });
explains 'bad-base64', 'no base64 came', with('/peer/', sub { 'Negotiate YII!C=' });
explains 'empty-token', 'an empty token came', with('/peer/', sub { 'Negotiate' });
explains 'truncated-token', 'a token was cut off', with('/peer/', sub { 'Negotiate ' . substr tokens('HTTP/web.localhost'), 0, 800 });

explains 'spn-not-in-keytab', 'a ticket for a service without a key', with('/peer/', fresh('HTTP/other.example.test')),
    also => [], certainty => 'likely';
explains 'keytab-old-kvno', 'a keytab that is older than the ticket', with('/old/', fresh('HTTP/rotated.localhost')),
    certainty => 'likely';
explains 'wrong-key', 'a key that is another one', with('/wrong/', fresh('HTTP/wrong.localhost')), certainty => 'likely';
explains 'keytab-missing', 'a keytab that is not there', with('/missing/', fresh('HTTP/web.localhost')),
    certainty => 'likely';
explains 'replay', 'a token that was used before, as the refusal itself says', used_before();
explains 'refused-elsewhere', 'one of which only the peer could say so', used_before('--no-mutual');
explains 'refused-elsewhere', 'a good one, where only passwords are taken', with('/password/', fresh('HTTP/web.localhost'));
explains 'not-authorized', 'a user that the Require does not name',
    with('/peer/bob', fresh('HTTP/web.localhost'));
cmp_ok scalar keys %seen, '>=', 10, 'these are at least ten different refusals';

# ---- nobody's replay cache is touched --------------------------------------------------------

{
    # Refused by the peer for its keytab, explained here with a key that opens it, and good afterwards.
    my $token = tokens('HTTP/web.localhost');
    my $refused = $anybody->connection->request('/wrong/', headers => ["Authorization: Negotiate $token"]);
    is $refused->status, 401, 'a token that the peer refuses';
    is $anybody->connection->request('/peer/', headers => ["Authorization: Negotiate $token"])->status, 404,
        'is not spent by its explanation';
}

# ---- a server behind a proxy -------------------------------------------------------------------

SKIP: {
    my $proxied = $anybody->get('/backend/', headers => ['Accept: application/json']);
    is $proxied->status, 401, 'a refusal of a server behind this one keeps its status';
    is $proxied->json->{cause}{slug}, 'no-token', 'and is explained';
    is $proxied->header('WWW-Authenticate'), 'Negotiate', 'its challenge goes through';
    my $stale = $anybody->connection->request('/backend/',
        headers => ['Accept: application/json', 'Authorization: Negotiate ' . tokens('HTTP/other.example.test')]);
    is $stale->json->{cause}{slug}, 'spn-not-in-keytab', 'so is one of a token';
}

# ---- used otherwise ---------------------------------------------------------------------------

{
    $server->log;
    my $own = $anybody->connection->request('/own/',
        headers => ['Accept: application/json', 'Authorization: Negotiate ' . tokens('HTTP/wrong.localhost')]);
    my ($told) = $own->header('WWW-Authenticate') =~ /cause="([^"]*)", reference="([^"]*)"/ ? "$1 $2" : '';
    my $json = $own->json;
    is "$json->{cause}{slug} $json->{attempt}{id}", $told, "this module's own refusal is explained once";
    is $json->{cause}{slug}, 'wrong-key', 'with the keytab that decided';
    is scalar(() = $server->log =~ /negotiate: refused/g), 1, 'and logged once';
}
my $direct = $anybody->get('/negotiate-explain');
is $direct->status, 200, 'asked for itself the page';
like $direct->body, qr{ErrorDocument 401 /negotiate-explain}, 'says how it is used';
my $rewritten = $anybody->get('/rewritten/');
is $rewritten->status, 200, 'where a rule leads to it, nothing was refused';
like $rewritten->body, qr{ErrorDocument 401 /negotiate-explain}, 'and it says so, too';
is $anybody->get('/no-keytab-refused')->status, 401, 'without a keytab the refusal stays';
like $server->log, qr/negotiate-explain needs a NegotiateKeytab/, 'and the log says what is missing';

done_testing;
