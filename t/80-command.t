# negotiate-diag with a real KDC: captured headers, and keytabs that fit or do not.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use JSON::PP;

my $realm = realm();
my $http  = vars('realm_dir') . '/http.keytab';
my $other = vars('realm_dir') . '/other.keytab';

our %env;       # of the realm: another krb5_conf
our @prefix;    # what the command is run by: faketime

# Runs the command with this input: its exit status, its output.
sub run {
    my ($input, @args) = @_;
    local %ENV = (%ENV, %{ $realm->env(%env) });
    my $in = vars('serverroot') . "/command.$$";
    open my $out, '>', $in or die "$in: $!\n";
    print {$out} $input;
    close $out or die "$in: $!\n";
    my $pid = open my $command, '-|';
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDIN, '<', $in or die "$in: $!\n";
        open STDERR, '>&', \*STDOUT;
        exec @prefix, "$ENV{NGD_BUILD_DIR}/negotiate-diag", @args or die "negotiate-diag: $!\n";
    }
    my $text = do { local $/; <$command> } // '';
    close $command;
    my $status = $? >> 8;
    unlink $in;
    return ($status, $text);
}

# Lines for ktutil, as somebody types them.
sub ktutil {
    my (@lines) = @_;
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} map { "$_\n" } @lines, 'quit';
    close $ktutil or die "ktutil failed\n";
    return;
}

sub explanation {
    my ($token, @args) = @_;
    my ($status, $text) = run("Authorization: Negotiate $token\n", 'explain', '--json', @args);
    return ($status, eval { decode_json($text) } // {});
}

# What a captured header does not tell.
sub is_unknown {
    my ($document) = @_;
    is_deeply [@{ $document->{connection} }{qw(id requests client tls proxied same_computer)}], [(undef) x 6],
        'of the connection nothing is known';
    is $document->{authentication}, undef, 'nor who was signed on';
    is $document->{decision}{refusal}, undef, 'nor who refused it';
    my %verdict = map { $_->{step} => $_->{verdict} } @{ $document->{checks} };
    is_deeply [@verdict{qw(server-configured challenge)}], [qw(unknown unknown)], 'nor how the server is configured'
        or diag explain \%verdict;
    return;
}

sub check {
    my (@args) = @_;
    my ($status, $text) = run('', 'check', '--json', @args);
    my $document = eval { decode_json($text) } // {};
    return ($status, join(' ', sort map { $_->{slug} } grep { $_->{severity} ne 'note' } @{ $document->{findings} // [] }), $document);
}

# ---- explain ----------------------------------------------------------------------

my $token = tokens('HTTP/web.localhost');
my ($status, $document) = explanation($token, '--keytab', $http, '--host', 'web.localhost');
is $status, 0, 'a good token has no cause';
is $document->{cause}, undef, 'and none is named';
is $document->{ticket}{client}, 'alice@EXAMPLE.TEST', 'its ticket is read';
(undef, my $text) = run("Authorization: Negotiate $token\n", 'explain', '--keytab', $http);
like $text, qr/\ANothing is wrong with this token/, 'which the text says first';
unlike $text, qr/\Q${\ substr $token, 0, 24}\E/, 'without the token';
like $text, qr/^A server that has this keytab would sign in alice\@EXAMPLE\.TEST\.$/m, 'who would be signed in';
my $invented = join '|', 'AuthType Negotiate', 'two computers', 'every request without', 'signed on by itself',
    'Through a proxy', '\(TLS\)', 'On this server itself', 'Requests so far', 'Proved by', 'Holds for', 'You are signed in',
    'nother module', 'ticket to HOST';
unlike $text, qr/$invented/, 'and nothing about a connection that nobody saw';
is_unknown($document);
(undef, $document) = explanation($token, '--keytab', $http, '--tls');
is $document->{connection}{tls}, JSON::PP::true, 'TLS is known where it is told';
is client()->connection->request('/nego/', headers => ["Authorization: Negotiate $token"])->status, 200,
    'and the token is not spent';

($status, $document) = explanation($token, '--keytab', $other, '--host', 'web.localhost');
is_deeply [$status, $document->{cause}{slug}], [1, 'spn-not-in-keytab'], 'with another keytab its cause is named';
is_unknown($document);
(undef, $text) = run("Authorization: Negotiate $token\n", 'explain', '--keytab', $other, '--host', 'web.localhost');
unlike $text, qr/$invented/, 'whose text tells nothing of a connection either';
($status, $document) = explanation($token, '--keytab', $other, '--keytab', $http, '--host', 'web.localhost');
is $document->{cause}{slug}, 'keytab-of-other-site', 'with a second keytab that opens it, too';
($status, $document) = explanation($token, '--keytab', $http, '--acceptor', 'HTTP@web.example.test');
is $document->{cause}{slug}, 'acceptor-name-mismatch', 'with an acceptor name that does not admit it, too';
($status, $text) = run("> GET / HTTP/1.1\n> Authorization: Negotiate $token\n>\n", 'explain', '--keytab', $other);
like $text, qr/\AYou are not signed in: .*\nYou cannot mend this; .*\nTell the help desk: spn-not-in-keytab, /,
    'what curl -v printed is explained in the words of the page';

# ---- check ------------------------------------------------------------------------

(my $code, my $found, $document) = check('--keytab', $http);
is $code, 0, 'a keytab that fits the KDC has no finding' or diag $found;
is scalar @{ $document->{services} }, 3, 'all of its HTTP services are asked about';

my $rotated = $realm->add_principal('HTTP/check-rotated.example.test');
my $keytab = $realm->export_keytab('check-rotated.keytab', $rotated);
my $tickets = $realm->kinit('alice');
tokens($rotated, ccache => $tickets);
$realm->rotate(undef, $rotated);
($code, $found) = check('--keytab', $keytab, "--ccache=$tickets");
is "$code $found", '1 keytab-old-kvno',
    'a keytab that is older than the KDC is a finding, also for who has a service ticket from before';

($code, $found) = check('--keytab', $http, '--spn', 'HTTP/nobody.example.test');
is "$code $found", '1 spn-unknown', 'an SPN that the KDC does not know is a finding';

my $wrong = $realm->add_principal('HTTP/check-wrong.example.test');
my $file = $realm->path('check-wrong.keytab');
ktutil("addent -password -p $wrong\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96", 'wrong', "wkt $file");
($code, $found) = check('--keytab', $file, '--ccache=' . $realm->kinit('alice'));
is "$code $found", '1 wrong-key', "a key that is another one than the KDC's is a finding";
($code, $found) = check('--keytab', $file);
is $found, 'key-refused nobody-signed-on', 'nor can anybody sign on with it';

# A key of each encryption type is made, and the keytab loses the one that the KDC prefers.
my $half = $realm->add_principal('HTTP/check-half.example.test');
my $whole = $realm->export_keytab('check-whole.keytab', $half);
$file = $realm->path('check-half.keytab');
ktutil("rkt $whole", 'delent 1', "wkt $file");
($code, $found, $document) = check('--keytab', $file, '--ccache=' . $realm->kinit('alice'));
is "$code $found", '1 enctype-missing', 'a keytab without the encryption type of the ticket is a finding';
is $document->{services}[0]{enctype}, 'aes256-cts-hmac-sha1-96', 'which is named';

# The keytab has the right key, but under the name of another account, and another key under the right name.
$realm->kadmin('addprinc -pw same HTTP/check-moved.example.test', 'addprinc -pw same HTTP/check-owner.example.test');
ktutil('addent -password -p HTTP/check-moved.example.test@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96', 'other',
    'addent -password -p HTTP/check-owner.example.test@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96 '
    . '-s EXAMPLE.TESTHTTPcheck-moved.example.test', 'same', 'wkt ' . $realm->path('check-moved.keytab'));
($code, $found) = check('--keytab', $realm->path('check-moved.keytab'), '--spn', 'HTTP/check-moved.example.test',
    '--ccache=' . $realm->kinit('alice'));
is "$code $found", '1 spn-on-other-account', "a ticket that another entry's key opens is a finding";

# ktutil and older programs write the lowest eight bits of a key version only.
$realm->kadmin('addprinc -pw same HTTP/check-old.example.test', 'modprinc -kvno 257 HTTP/check-old.example.test');
for my $case ([1, '', 'eight bits of a key version are enough'], [7, 'kvno-differs', 'a key with another version is told']) {
    my ($kvno, $slugs, $name) = @$case;
    $file = $realm->path("check-old-$kvno.keytab");
    ktutil("addent -password -p HTTP/check-old.example.test\@EXAMPLE.TEST -k $kvno -e aes256-cts-hmac-sha1-96", 'same',
        "wkt $file");
    ($code, undef, $document) = check('--keytab', $file);
    is_deeply [$code, map { $_->{slug} } @{ $document->{findings} }], [0, $slugs || ()], $name;
}

($code, $found, $document) = check('--keytab', $http, '--spn', "$rotated\@EXAMPLE.TEST");
is "$code $found", '1 spn-not-in-keytab', 'an SPN of the KDC that the keytab has no key for is a finding';
is $document->{sign_on}{client}, 'HTTP/localhost@EXAMPLE.TEST', 'one signs on as somebody else in the keytab then';

$realm->add_principal('host/check-other.example.test');
($code, $found, $document) = check('--keytab', $realm->export_keytab('check-other.keytab', 'host/check-other.example.test'));
is "$code $found", '1 no-http-entry', 'a keytab without HTTP is a finding';
is scalar @{ $document->{sign_on}{tried} }, 0, 'for which no KDC is asked';

my $alias = $realm->add_principal('HTTP/check-alias.example.test');
$keytab = $realm->export_keytab('check-alias.keytab', $alias, 'HTTP/localhost');
$realm->kadmin("delprinc -force $alias");
($code, $found, $document) = check('--keytab', $keytab);
is "$code $found", '1 spn-unknown', 'a name that nobody signs on by is no finding where another entry signs on';
is_deeply [map { $_->{error} && $_->{error}{code} } @{ $document->{sign_on}{tried} }], [6, undef],
    'each entry is tried once, until one signs on';

my $locked = $realm->add_principal('HTTP/check-locked.example.test', flags => '-allow_tix');
($code, $found) = check('--keytab', $realm->export_keytab('check-locked.keytab', $locked));
is "$code $found", '1 account-unusable nobody-signed-on', 'an account that is locked is a finding';

SKIP: {
    skip 'not applicable: the sanitizers want to be loaded before faketime is', 5 if $ENV{NGD_HTTPD};
    skip 'faketime is not installed', 5 unless grep { -x "$_/faketime" } split /:/, $ENV{PATH};
    local @prefix = ('faketime', '-f', '-20m');
    ($code, $found, $document) = check('--keytab', $http, '--spn', 'HTTP/localhost');
    is "$code $found", '1 clock-skew', "a clock that is behind the KDC's is a finding";
    cmp_ok abs($document->{kdc}{clock_ahead_secs} - 1200), '<', 60, 'with the difference';
    @prefix = ('faketime', '-f', '+20m');
    ($code, $found, $document) = check('--keytab', $http, '--spn', 'HTTP/localhost');
    is "$code $found", '1 clock-skew', "and so is one that is ahead of it";
    cmp_ok abs($document->{kdc}{clock_ahead_secs} + 1200), '<', 60, 'with the difference, which is negative then';
    ($status, $document) = explanation($token, '--keytab', $http, '--host', 'web.localhost');
    is "$status $document->{cause}{slug}", '1 clock-skew', 'a header that was captured long ago is out of time';
}

($code, $text) = run('', 'check', '--keytab', $http, '--ccache=FILE:' . $realm->path('private/none'));
is $code, 3, 'without the tickets that it is to use it cannot be done';
($code, $text) = run('', 'check', '--keytab', $http);
like $text, qr/^The keytab fits what the KDC has\.$/m, 'people read that a good keytab fits';

{
    local $realm->{port} = NGD::Realm::free_port();
    my $conf = $realm->write_krb5_conf('no-kdc.conf');
    local %env = (krb5_conf => $conf);
    ($code, $found) = check('--keytab', $http);
    is $code, 3, 'where no KDC answers it cannot be done';
    like $found, qr/kdc-unreachable/, 'and that is what is said';
}

done_testing;
