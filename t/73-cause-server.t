# What is wrong with the server itself: its keytab's file, its replay cache, its krb5.conf, its limits.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Server;

my $alice = client('alice');
my $anybody = client();

sub ask { my ($client, $path, %opt) = @_; return sub { $client->get($path, %opt, headers => [@_, @{ $opt{headers} // [] }]) } }

sub write_file {
    my ($path, $bytes) = @_;
    open my $out, '>:raw', $path or die "$path: $!\n";
    print {$out} $bytes;
    close $out or die "$path: $!\n";
    return realm()->share($path);
}

sub slurp { my ($path) = @_; local (@ARGV, $/) = ($path); return scalar <> }

# ---- the keytab's file: four different things ------------------------------------

my $good = slurp(vars('realm_dir') . '/http.keytab');
write_file(vars('realm_dir') . '/empty.keytab', "\x05\x02");
write_file(vars('realm_dir') . '/corrupt.keytab', substr $good, 0, length($good) - 7);
write_file(vars('realm_dir') . '/private/unreadable.keytab', $good);
select undef, undef, undef, 2.2;    # every process looks again

shows_cause 'keytab-missing', 'a keytab that does not exist', ask($alice, '/keytab-missing');
SKIP: {
    skip 'not applicable: an ordinary user reads all of his own files', 1 if $> != 0;
    shows_cause 'keytab-unreadable', 'a keytab that the children may not read', ask($alice, '/keytab-unreadable');
}
shows_cause 'keytab-empty', 'a keytab without an entry', ask($alice, '/keytab-empty');
shows_cause 'keytab-corrupt', 'a keytab that was cut off', ask($alice, '/keytab-corrupt');

write_file(vars('realm_dir') . '/corrupt.keytab', "this is a text file\n");
select undef, undef, undef, 2.2;
shows_cause 'keytab-corrupt', 'a file that is no keytab', ask($alice, '/keytab-corrupt');

# ---- the acceptor's name -----------------------------------------------------------

shows_cause 'no-key-for-acceptor', 'an acceptor name that no entry has', ask($alice, '/no-key-for-acceptor');
my $token = sub { return 'Authorization: Negotiate ' . tokens('HTTP/web.localhost') };
shows_cause 'no-key-for-acceptor', 'Host, for a host that no entry has',
    sub { $anybody->connection->request('/no-key-for-host', host => 'nowhere.localhost', headers => [@_, $token->()]) };

# ---- TLS ------------------------------------------------------------------------------

shows_cause 'tls-required', 'a request without TLS where it is required', ask($anybody, '/tls-only'), status => 403;
my $plain = $anybody->get('/tls-only', headers => ['Accept: text/plain']);
like $plain->body, qr{open the same address with https://}, 'and the body says how to mend it';
is $plain->header('WWW-Authenticate'), undef, 'there is no challenge';

# ---- the user is known and may not ------------------------------------------------------

shows_cause 'not-authorized', 'a user that the Require does not name', ask($alice, '/authz/bob'), status => 403;
my $denied = $alice->get('/authz/bob', headers => ['Accept: text/plain']);
like $denied->body, qr/\AYou are signed in, but you are not allowed to see this page\.\n/, 'the body says that she is signed in';
unlike $denied->body, qr/alice|EXAMPLE/, 'without saying who she is, in brief';
unlike join(' ', $denied->header('WWW-Authenticate')), qr/\bNegotiate(?:,|\z| *$)/, 'she is not asked again';
like $alice->get('/authz/full', headers => ['Accept: text/plain'])->body, qr/Require user alice\@EXAMPLE\.TEST/,
    'in full the very line that would let her in';
is $alice->get('/authz/document')->body, 'Ask the owner of this page.', "the administrator's own ErrorDocument wins";
is client('bob')->get('/authz/bob')->status, 404, 'and bob is let through';

# ---- a header that httpd itself refuses ---------------------------------------------------

my $large = 'Authorization: Negotiate ' . 'YII' . 'A' x 9000;
# httpd has not stored the field before the one that it refuses.
my $oversized = sub { $anybody->get('/nego/', headers => [@_, 'X-Between: 1', $large]) };
shows_cause 'header-too-large', 'a header over LimitRequestFieldSize', $oversized, status => 400, certainty => 'likely';
like error_log() . do { $oversized->(); error_log() }, qr/cause=header-too-large .*directive=LimitRequestFieldSize limit=8190/,
    'the log names the directive and the limit';
like $anybody->get('/nego/', headers => ['Accept: text/plain', $large])->body,
    qr/larger than this server allows.*Delete the cookies/s, 'the body says what the user can do';
SKIP: {
    skip 'not applicable: prefork offers no HTTP/2', 1 unless has_http2();
    my $http2 = sub { $anybody->get('/nego/', tls => 1, http => '2', headers => [@_, 'Cookie: a=' . 'x' x 9000]) };
    shows_cause 'header-too-large', 'the same over HTTP/2, in a cookie', $http2, status => 431, certainty => 'likely';
}
my $connection = $anybody->connection;
for my $case (
    ['a line without a colon',  "GET /nego/ HTTP/1.1\r\nHost: x\r\nNo colon here\r\n\r\n"],
    ['no Host',                 "GET /nego/ HTTP/1.1\r\n\r\n"],
    ['a folded line',           "GET /nego/ HTTP/1.1\r\n folded\r\nHost: x\r\n\r\n"],
    ['too many fields',         "GET /nego/ HTTP/1.1\r\nHost: x\r\n" . join('', map { "X-$_: 1\r\n" } 1 .. 120) . "\r\n"],
) {
    my ($what, $request) = @$case;
    my $answer = $anybody->connection->send_raw($request);
    is $answer->status, 400, "$what is a bad request";
    unlike $answer->body, qr/header-too-large|help desk/, 'and is not called too large';
}

# ---- the replay cache ---------------------------------------------------------------------

my $conf = <<'EOT';
NegotiateKeytab "@realm_dir@/http.keytab"
<Location />
  AuthType Negotiate
  Require valid-user
  SetHandler negotiate-whoami
</Location>
EOT
my %broken = (
    'a folder that is missing'        => sub { "file2:$_[0]/missing/rcache" },
    'a type that there is none of'    => sub { "memory:$_[0]/rcache" },
    'a name without a type'           => sub { 'rcache' },
    'a folder in the place of a file' => sub { "file2:$_[0]/htdocs" },
);
my $number = 0;
for my $what (sort keys %broken) {
    my $name = 'rcache-' . ++$number;
    my $dir = vars('serverroot') . "/$name";
    my $server = NGD::Server->new(name => $name, conf => $conf, env => { KRB5RCACHENAME => $broken{$what}->($dir) });
    shows_cause 'replay-cache-failed', "$what, told by Kerberos to a client that wants mutual authentication",
        ask($server->client('alice'), '/'), log => sub { $server->log };
    my $bare = sub { my @t = tokens('HTTP/web.localhost', '--no-mutual');
        $server->client->connection->request('/', headers => [@_, "Authorization: Negotiate $t[0]"]) };
    shows_cause 'replay-cache-failed', "$what, seen by this server for one that does not", $bare, log => sub { $server->log };
}
SKIP: {
    skip 'not applicable: only root can make files of another owner', 1 if $> != 0;
    my $server = NGD::Server->new(name => 'rcache-owner', conf => $conf,
        env => { KRB5RCACHENAME => undef, KRB5RCACHEDIR => vars('serverroot') . '/rcache-owner' });
    my $file = $server->path('krb5_' . getpwnam(vars('user')) . '.rcache2');
    write_file($file, '');
    chmod 0666, $file;
    shows_cause 'replay-cache-failed', 'a file of another owner', ask($server->client('alice'), '/'),
        log => sub { $server->log };
}

# ---- krb5.conf -------------------------------------------------------------------------------

{
    my $krb5_conf = vars('serverroot') . '/broken-krb5.conf';
    my $whole = slurp(realm()->path('krb5.conf'));
    write_file($krb5_conf, $whole);
    chmod 0644, $krb5_conf;
    my $server = NGD::Server->new(name => 'krb5-conf', conf => $conf, env => { KRB5_CONFIG => $krb5_conf });
    is $server->client('alice')->get('/')->status, 200, 'with a good krb5.conf alice signs on';
    write_file($krb5_conf, "[libdefaults\n  nonsense\n" . $whole);
    chmod 0644, $krb5_conf;
    shows_cause 'krb5-conf-broken', 'a krb5.conf that was broken under the running server',
        ask($server->client('alice'), '/'), log => sub { $server->log };
    SKIP: {
        skip 'not applicable: an ordinary user reads all of his own files', 1 if $> != 0;
        write_file($krb5_conf, $whole);
        chmod 0600, $krb5_conf;
        shows_cause 'krb5-conf-broken', 'a krb5.conf that the children may not read',
            ask($server->client('alice'), '/'), log => sub { $server->log };
    }
    write_file($krb5_conf, $whole);
    chmod 0644, $krb5_conf;
    is $server->client('alice')->get('/')->status, 200, 'mended, alice signs on again, without a restart';
}

# ---- the counters ------------------------------------------------------------------------------

{
    my $count = sub {
        my ($cause) = @_;
        return $anybody->get('/server-status?auto')->body =~ /^NegotiateCause-\Q$cause\E: (\d+)$/m ? $1 : 0;
    };
    my ($empty, $none) = map { $count->($_) } qw(empty-token no-token);
    $anybody->connection->request('/nego/', headers => ['Authorization: Negotiate']) for 1 .. 3;
    $anybody->get('/nego/');
    is $count->('empty-token'), $empty + 3, "mod_status' page counts the refusals of all processes by their cause";
    is $count->('no-token'), $none + 1, 'and the challenges';
    like $anybody->get('/server-status')->body, qr{<td>empty-token</td><td>\d+</td>}, 'for people as well';
}

done_testing;
