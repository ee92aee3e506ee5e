# A client with a good ticket gets in, over every kind of connection; one without does not.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my $alice   = client('alice');
my $bob     = client('bob');
my $anybody = client();

sub signs_on {
    my ($what, $response, $user) = @_;
    subtest $what => sub {
        is $response->status, 200, 'is let in' or diag $response->error, $response->as_text;
        is $response->header('X-Remote-User'), "$user\@EXAMPLE.TEST", "REMOTE_USER is $user";
        is $response->header('X-Auth-Type'), 'Negotiate', 'AUTH_TYPE is Negotiate';
        like $response->header('WWW-Authenticate'), qr/\ANegotiate [A-Za-z0-9+\/]+={0,2}\z/,
            'the reply carries the final token';
    };
}

sub is_challenged {
    my ($what, $response) = @_;
    subtest $what => sub {
        is $response->status, 401, 'is refused';
        is_deeply [$response->header('WWW-Authenticate')], ['Negotiate'], 'the challenge is exactly "Negotiate"';
        is $response->header('X-Remote-User') // '', '', 'nobody is signed on';
    };
}

signs_on('alice with a ticket', $alice->get('/nego/'), 'alice');
signs_on('bob with a ticket', $bob->get('/nego/'), 'bob');
signs_on('alice over HTTP/1.0', $alice->get('/nego/', http => '1.0'), 'alice');
signs_on('alice over TLS', $alice->get('/nego/', tls => 1, http => '1.1'), 'alice');
signs_on('alice by the name localhost', $alice->get('/nego/', host => 'localhost'), 'alice');
signs_on('alice by the name web.example.test', $alice->get('/nego/', host => 'web.example.test'), 'alice');

for my $case (
    ['HTTP/2 over TLS',                     tls => 1, http => '2'],
    ['HTTP/2 without TLS, prior knowledge', http => '2-prior'],
    ['HTTP/2 by Upgrade',                   http => '2'],
) {
    my ($what, %opt) = @$case;
    my $response = $alice->get('/nego/', %opt);
    signs_on("alice over $what", $response, 'alice');
    # Under prefork httpd does not offer HTTP/2, and serves it only to clients that do not ask.
    my $protocol = has_http2() || $opt{http} eq '2-prior' ? 'HTTP/2' : 'HTTP/1.1';
    is $response->protocol, $protocol, "$what is served over $protocol";
}

my $env = $alice->get('/nego/env.shtml');
is $env->body, "REMOTE_USER=alice\@EXAMPLE.TEST\nAUTH_TYPE=Negotiate\n", 'a page behind the module sees the user';

is_challenged('a client without a token', $anybody->get('/nego/'));
is_challenged('a client without a token over TLS', $anybody->get('/nego/', tls => 1));
is_challenged('a client without a token over HTTP/2', $anybody->get('/nego/', http => '2-prior'));
is_challenged('a client without a token at the whoami page', $anybody->get('/whoami'));

is $alice->get('/other-keytab')->status, 401, 'a ticket for which the keytab has no key is refused';

# One connection, several requests: each has its own verdict.
my $connection = $anybody->connection;
my @tokens = tokens('HTTP/web.localhost', '--count', 2);
is $connection->request('/nego/', headers => ["Authorization: Negotiate $_"])->status, 200,
    'a token is accepted over a kept connection' for @tokens;
is $connection->request('/nego/')->status, 401, 'an identity does not stay with a connection';
is $connection->request('/nego/', headers => ["Authorization: Negotiate $tokens[0]"])->status, 401,
    'a token is accepted only once';

# The decision is GSSAPI's.
my $token = tokens('HTTP/web.localhost');
is judge(vars('realm_dir') . '/http.keytab', $token), 'accept alice@EXAMPLE.TEST', 'bare GSSAPI accepts a token';
is $connection->request('/nego/', headers => ["Authorization: Negotiate $token"])->status, 200, 'and so does the module';

done_testing;
