# httpd answers one request by running others: one token signs on to all of them.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my $alice = client('alice');

# The attempts that the access log and the error log count since the last call.
sub accepted { return scalar(() = error_log() =~ /negotiate: accepted/g) }

sub signs_on_once {
    my ($what, $path, $body, %opt) = @_;
    accepted();
    my $response = $alice->get($path, %opt);
    subtest $what => sub {
        is $response->status, $opt{status} // 200, 'the status is right' or diag $response->as_text;
        like $response->body, $body, 'the content is there';
        # httpd does not hand the user of an inner request up to an open one.
        is $response->header('X-Remote-User'), 'alice@EXAMPLE.TEST', 'for alice' if $opt{user} // 1;
        is accepted(), $opt{decisions} // 1, 'the token was decided upon as often as expected';
    };
}

signs_on_once('DirectoryIndex does not spend the token twice', '/derived/index/', qr/the page/);
signs_on_once('mod_rewrite in a directory does not', '/derived/rewritten/old.html', qr/the page/);
signs_on_once('FallbackResource does not', '/derived/fallback/nothing-here', qr/the page/);
signs_on_once('ErrorDocument 404 does not', '/derived/missing/nothing-here', qr/the page/, status => 404);
signs_on_once('server-side includes do not', '/derived/ssi/page.shtml', qr/before.*the page.*any.*after/s,
    decisions => 2);
signs_on_once('an upgrade to h2c does not', '/nego/', qr/./, http => '2',
    decisions => has_http2() ? 2 : 1);
signs_on_once('over HTTP/2 all that holds too', '/derived/index/', qr/the page/, http => '2-prior');

signs_on_once('under another policy that would accept it, the token is accepted again', '/derived/index-any/',
    qr/any/, decisions => 2);
my $response = $alice->get('/derived/index-elsewhere/');
isnt $response->status, 200, 'an identity is not carried to where another keytab decides';
unlike $response->body, qr/elsewhere/, 'and the content does not show';

signs_on_once('a subrequest that comes before the request itself shares its attempt', '/lookahead/page.html', qr/looked ahead/);
signs_on_once('an index file may be protected where its folder is open', '/derived-open/', qr/second index/, user => 0);
signs_on_once('an open page may include a protected one twice', '/derived-open/twice.shtml',
    qr/the page.*the page/s, user => 0);
my $sub_refused = client()->get('/derived-open/', headers => ['Accept: text/html']);
is $sub_refused->status, 401, 'a folder whose index file is protected is challenged';
like $sub_refused->body, qr/did not send a Kerberos ticket/, 'with the page that explains';
signs_on_once('a keytab that is named twice is one', '/derived/to-again/x', qr/alice\@/, status => 404);

sub with_token { return client()->connection->request($_[0], headers => ["Authorization: Negotiate $_[1]"]) }
sub fresh { return scalar tokens('HTTP/web.localhost') }

accepted();
like with_token('/derived/to-open/x', fresh())->body, qr/open: .*the page/s, 'an attempt is found through a page without one';
is accepted(), 1, 'and is the only one';
like with_token('/open.shtml', fresh())->body, qr/open: .*the page/s, 'a redirected subrequest goes on with what it was redirected from';
unlike with_token('/derived/to-changed/x', fresh())->body, qr/the page/, 'another header is another attempt';
unlike with_token('/derived/to-host/x', fresh())->body, qr/alice/, 'acceptor names that differ in the host are two policies';
unlike with_token('/derived/to-tls/x', fresh())->body, qr/alice/, 'NegotiateRequireTLS holds for derived requests';
accepted();
with_token('/derived/tls', fresh());
is accepted(), 1, 'a token that was not looked at for want of TLS is still good';
my $twice = fresh();
like with_token('/derived/to-good', $twice)->body, qr/the page/, 'a token refused here may be accepted there';
unlike with_token('/derived/to-good', $twice)->body, qr/the page/, 'but once only';
error_log();
$alice->get('/derived/index-any/');
my %references = map { $_ => 1 } error_log() =~ /accepted reference=(\S+)/g;
is scalar keys %references, 1, 'what is decided again keeps its reference';

# An upgrade lets its own token come twice, on its own connection.
my $token = fresh();
my $upgrade = ["Authorization: Negotiate $token", 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'];
my $connection = client()->connection;
is $connection->request('/nego/', headers => ["Authorization: Negotiate $token", 'Upgrade: h2c'])->status, 200,
    'a request that only mentions an upgrade signs on';
is $connection->request('/nego/', headers => ["Authorization: Negotiate $token", 'Upgrade: h2c'])->status, 401,
    'its token does not come again on the same connection';
is client()->connection->request('/nego/', headers => $upgrade)->status, 401, 'nor as an upgrade on another one';

# What the two streams of an upgraded connection get: stream 1 is the request that asked for the upgrade, stream 3
# has the other token.  They run at the same time.
sub streams_of_upgrade {
    my ($connection, $path, $first, $stream_token) = @_;
    my $socket = $connection->{socket};
    my $text = sub { my $n = length $_[0]; ($n < 127 ? chr $n : chr(127) . chr(($n - 127) & 127 | 128) . chr(($n - 127) >> 7)) . $_[0] };
    my $fields = "\x82\x86\x04" . $text->('/nego/') . "\x01" . $text->($connection->{host})
        . "\x0f\x08" . $text->("Negotiate $stream_token");
    my $frame = sub { my ($type, $flags, $stream, $payload) = @_;
        return substr(pack('N', length $payload), 1) . pack('CCN', $type, $flags, $stream) . $payload };
    # All at once: mod_http2 ends an upgraded connection as soon as there is nothing more to do.
    syswrite $socket, join("\r\n", "GET $path HTTP/1.1", "Host: $connection->{host}", @$first, '', '')
        . "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . $frame->(4, 0, 0, '') . $frame->(1, 5, 3, $fields);
    $connection->_fill(sub { $connection->{rest} =~ /\r\n\r\n/ });
    $connection->{rest} =~ s{\AHTTP/1.1 101 .*?\r\n\r\n}{}s or return 'no upgrade';
    my %got;
    until (keys %got == 2) {
        $connection->_fill(sub { length $connection->{rest} >= 9 }) or return 'closed';
        my ($high, $low, $type, undef, $stream) = unpack 'CnCCN', substr $connection->{rest}, 0, 9, '';
        my $len = $high << 16 | $low;
        $connection->_fill(sub { length $connection->{rest} >= $len }) or return 'closed';
        my $payload = substr $connection->{rest}, 0, $len, '';
        $got{$stream} = $payload =~ /\A[\x20-\x3f]?\x88/ ? 'accepted' : 'refused' if $type == 1;
    }
    return @got{1, 3};
}
if (has_http2()) {
    my @ask = @$upgrade[1 .. 3];
    my ($one, $two) = tokens('HTTP/web.localhost', '--count', 2);
    is_deeply [streams_of_upgrade(client()->connection, '/nego/', ["Authorization: Negotiate $one", @ask], $two)],
        [qw(accepted accepted)], 'a stream behind an upgrade signs on with a token of its own';
    $one = fresh();
    is_deeply [sort(streams_of_upgrade(client()->connection, '/nego/', ["Authorization: Negotiate $one", @ask], $one))],
        [qw(accepted refused)], 'the token of an upgrade is good for one stream only';
    $one = fresh();
    my $mentions = client()->connection;
    is $mentions->request('/nego/', headers => ["Authorization: Negotiate $one", 'Upgrade: h2c'])->status, 200,
        'where the upgrade only comes with the next request';
    is_deeply [streams_of_upgrade($mentions, '/index.html', \@ask, $one)], [qw(accepted refused)],
        'its streams do not get the token of the first';
}

# Another module's sign-on.
{
    require Digest::SHA;
    my $users = vars('serverroot') . '/conf/users';
    open my $out, '>', $users or die "$users: $!\n";
    print {$out} 'carol:{SHA}', Digest::SHA::sha1_base64('carol-secret'), "=\n";
    close $out;
    chmod 0644, $users;
}
is_deeply [client()->get('/basic')->header('WWW-Authenticate')], ['Basic realm="elsewhere"'], 'another AuthType is left alone';
is client()->get('/unknown')->status, 500, 'even if nobody else knows it';
my $carol = client()->get('/basic?format=json', args => ['-u', 'carol:carol-secret'])->json;
is_deeply [@{ $carol->{authentication} }{qw(method protocol user)}, $carol->{attempt}{outcome}], ['Basic', 'Basic', 'carol', 'accepted'],
    'and the page shows whom it signed on';

# The administrator's own documents.
my $anybody = client();
$response = $anybody->get('/document-open');
is $response->status, 401, 'an ErrorDocument keeps the status';
is $response->header('WWW-Authenticate'), 'Negotiate', 'and the challenge';
like $response->body, qr/own page, attempt=(\w{4}-\w{4}), redirect=\1\b/, 'it wins, and finds the reference';
$response = $anybody->get('/document-text');
is $response->body, 'Please call extension 4711.', 'a text as ErrorDocument wins too';
$response = $anybody->get('/document-protected');
is $response->status, 401, 'an ErrorDocument that is protected itself does not loop';
is $response->header('WWW-Authenticate'), 'Negotiate', 'and keeps the challenge';
is $alice->get('/document-protected')->status, 404, 'and nobody who signs on sees it';
my $spent = "Authorization: Negotiate $token";
accepted();
$response = $anybody->connection->request('/document-open', headers => [$spent]);
is $response->status, 401, 'a refused token gets the own document';
is scalar(() = error_log() =~ /negotiate: refused/g), 1, 'and is refused once';

done_testing;
