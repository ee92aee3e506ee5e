# Who is let in: Require, RequireAny, and what one who signed on but may not enter gets.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my ($alice, $bob, $anybody) = (client('alice'), client('bob'), client());

for my $path ('/only-alice', '/by-expression') {
    is $alice->get($path)->status, 200, "$path lets alice in";
    is $anybody->get($path)->status, 401, "$path challenges one who brings no token";
    my $refused = $bob->get($path);
    is $refused->status, 403, "$path answers bob with 403";
    unlike $refused->body, qr/not signed in/, 'says nothing of signing on';
    unlike join(',', $refused->header('WWW-Authenticate')), qr/Negotiate(?:,|\z)/, 'and asks him for nothing more';
}

my $local = $anybody->get('/any-local?format=json');
is $local->status, 200, 'RequireAny lets in whom it lets in without a user';
is $local->header('WWW-Authenticate'), undef, 'without a challenge';
is $local->json->{attempt}{outcome}, 'anonymous', 'as nobody';
is $anybody->get('/any-remote')->status, 401, 'RequireAny challenges whom it needs a user for';
is $alice->get('/any-remote')->status, 200, 'and lets alice in by her ticket';

# Anybody may have an anonymous ticket (RFC 8062); it is nobody's.
SKIP: {
    skip 'the KDC has no PKINIT module', 3 unless NGD::Realm::has_pkinit();
    my $nobody = tokens('HTTP/web.localhost', ccache => realm()->kinit_anonymous);
    is judge(realm()->path('http.keytab'), $nobody), 'accept WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS',
        'bare GSSAPI accepts an anonymous client';
    error_log();
    is $anybody->connection->request('/nego/', headers => ["Authorization: Negotiate $nobody"])->status, 401,
        'an anonymous client is no valid-user';
    like error_log(), qr/fault="the client is anonymous"/, 'the log says why';
}

# TLS or nothing.
my $plain = $alice->get('/tls-only');
is $plain->status, 403, 'NegotiateRequireTLS answers 403 without TLS';
is $plain->header('WWW-Authenticate'), undef, 'sends no challenge';
my $token = tokens('HTTP/web.localhost');
error_log();
is $anybody->connection->request('/tls-only', headers => ["Authorization: Negotiate $token"])->status, 403,
    'a token without TLS changes nothing';
unlike error_log(), qr/accepted/, 'it is not looked at';
is $anybody->connection->request('/nego/', headers => ["Authorization: Negotiate $token"])->status, 200,
    'and not spent';
is $alice->get('/tls-only', tls => 1)->status, 200, 'over TLS alice gets in';
is $alice->get('/tls-only', tls => 1, http => '2')->status, 200, 'over TLS and HTTP/2 too';

# A forward proxy asks with 407, and the header fields are the proxy's.
my @proxy = ('-x', 'http://localhost:' . vars('port'), '--noproxy', 'none.example.test');
my $asked = $anybody->get('/index.html', host => '127.0.0.1', args => [@proxy]);
is $asked->status, 407, 'a forward proxy answers 407';
is $asked->header('Proxy-Authenticate'), 'Negotiate', 'with its own challenge';
like $asked->body, qr/did not send a Kerberos ticket/, 'and the page that explains';
my $proxied = $alice->get('/index.html', host => '127.0.0.1', auth => 0, args => [@proxy, '--proxy-negotiate', '-U', ':']);
is $proxied->status, 200, 'and lets alice through by her ticket' or diag $proxied->as_text, $proxied->error;
like $proxied->header('Proxy-Authenticate') // '', qr/\ANegotiate \S+\z/, 'with its own final token';

done_testing;
