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

# An upgrade lets its own token come twice, on its own connection.
my $token = tokens('HTTP/web.localhost');
my $upgrade = ["Authorization: Negotiate $token", 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'];
my $connection = client()->connection;
is $connection->request('/nego/', headers => ["Authorization: Negotiate $token", 'Upgrade: h2c'])->status, 200,
    'a request that only mentions an upgrade signs on';
is $connection->request('/nego/', headers => ["Authorization: Negotiate $token", 'Upgrade: h2c'])->status, 401,
    'its token does not come again on the same connection';
is client()->connection->request('/nego/', headers => $upgrade)->status, 401, 'nor as an upgrade on another one';

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
is $alice->get('/document-protected')->status, 404, 'and nobody who signs on sees it';
my $spent = "Authorization: Negotiate $token";
accepted();
$response = $anybody->connection->request('/document-open', headers => [$spent]);
is $response->status, 401, 'a refused token gets the own document';
is scalar(() = error_log() =~ /negotiate: refused/g), 1, 'and is refused once';

done_testing;
