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

our %env;    # of the realm: another krb5_conf

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
        exec "$ENV{NGD_BUILD_DIR}/negotiate-diag", @args or die "negotiate-diag: $!\n";
    }
    my $text = do { local $/; <$command> } // '';
    close $command;
    my $status = $? >> 8;
    unlink $in;
    return ($status, $text);
}

sub explanation {
    my ($token, @args) = @_;
    my ($status, $text) = run("Authorization: Negotiate $token\n", 'explain', '--json', @args);
    return ($status, eval { decode_json($text) } // {});
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
is client()->connection->request('/nego/', headers => ["Authorization: Negotiate $token"])->status, 200,
    'and the token is not spent';

($status, $document) = explanation($token, '--keytab', $other, '--host', 'web.localhost');
is_deeply [$status, $document->{cause}{slug}], [1, 'spn-not-in-keytab'], 'with another keytab its cause is named';
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
$realm->rotate(undef, $rotated);
($code, $found) = check('--keytab', $keytab, '--ccache=' . $realm->kinit('alice'));
is $code, 1, 'a keytab that is older than the KDC is a finding';
like $found, qr/keytab-old-kvno/, 'and is called so';

($code, $found) = check('--keytab', $http, '--spn', 'HTTP/nobody.example.test');
is $code, 1, 'an SPN that the KDC does not know is a finding';
like $found, qr/spn-unknown/, 'and is called so';

my $wrong = $realm->add_principal('HTTP/check-wrong.example.test');
my $file = $realm->path('check-wrong.keytab');
{
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $wrong\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\nwrong\nwkt $file\nquit\n";
    close $ktutil or die "ktutil failed\n";
}
($code, $found) = check('--keytab', $file, '--ccache=' . $realm->kinit('alice'));
is $code, 1, 'a key that is another one than the KDC\'s is a finding';
like $found, qr/wrong-key/, 'and is called so';
($code, $found) = check('--keytab', $file);
like $found, qr/key-refused|wrong-key|sign-on/, 'nor can one sign on with it';

{
    local $realm->{port} = NGD::Realm::free_port();
    my $conf = $realm->write_krb5_conf('no-kdc.conf');
    local %env = (krb5_conf => $conf);
    ($code, $found) = check('--keytab', $http);
    is $code, 3, 'where no KDC answers it cannot be done';
    like $found, qr/kdc-unreachable/, 'and that is what is said';
}

done_testing;
