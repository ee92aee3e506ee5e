# The whoami page: the contract of its report, and its three formats.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my ($alice, $anybody) = (client('alice'), client());

# ---- JSON: the contract ---------------------------------------------------------

my %contract = (
    attempt        => [qw(id time outcome leg)],
    authentication => [qw(method protocol user local_name source persist)],
    token          => [qw(scheme header_bytes token_bytes kind mechanisms preferred ticket ntlm)],
    ticket         => [qw(client server flags auth_time end_time session_enctype)],
    keytab         => [qw(path matched entries)],
    clock          => [qw(server client skew_secs)],
    connection     => [qw(id requests protocol tls client proxied header_limit_bytes)],
);
my $answer = $alice->get('/whoami', headers => ['Accept: application/json']);
is $answer->header('Content-Type'), 'application/json', 'JSON comes where it is asked for';
my $report = $answer->json;
is $report->{version}, 1, 'the report has version 1';
for my $section (sort keys %contract) {
    is_deeply [grep { !exists $report->{$section}{$_} } @{ $contract{$section} }], [], "$section has all of its keys";
}
ok exists $report->{cause} && !defined $report->{cause}, 'a request that was let in has no cause';
is_deeply $report->{also}, [], 'and no findings';
is scalar @{ $report->{checks} }, 14, 'the checklist has the steps of the article';
is_deeply [grep { !/\A(?:ok|unknown|not-applicable)\z/ } map { $_->{verdict} } @{ $report->{checks} }], [],
    'none of which has a problem';

is $report->{attempt}{outcome}, 'accepted', 'the outcome is accepted';
like $report->{attempt}{id}, qr/\A[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\z/, "the reference is Crockford's base32";
like $report->{attempt}{time}, qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d\z/, 'the time names its zone';
is_deeply [@{ $report->{authentication} }{qw(method protocol user source persist)}],
    ['Negotiate', 'Kerberos', 'alice@EXAMPLE.TEST', 'request', 'request'], 'who signed on, and how';
is $report->{token}{kind}, 'spnego-init', 'the token is SPNEGO';
is_deeply [@{ $report->{token}{ticket} }{qw(realm sname enctype)}],
    ['EXAMPLE.TEST', 'HTTP/web.localhost', 'aes256-cts-hmac-sha1-96'], 'what the ticket claims';
is_deeply [@{ $report->{ticket} }{qw(client server session_enctype)}],
    ['alice@EXAMPLE.TEST', 'HTTP/web.localhost@EXAMPLE.TEST', 'aes256-cts-hmac-sha1-96'], 'what the ticket holds';
is_deeply [@{ $report->{keytab}{matched} }{qw(principal kvno enctype)}],
    ['HTTP/web.localhost@EXAMPLE.TEST', $report->{token}{ticket}{kvno}, 'aes256-cts-hmac-sha1-96'],
    'the keytab entry that opened it';
is_deeply [@{ $report->{keytab} }{qw(path entries)}], [undef, []], 'nothing else of the keytab is shown';
cmp_ok abs $report->{clock}{skew_secs}, '<', 5, 'the clocks of one machine agree';
is $report->{connection}{header_limit_bytes}, 8190, 'the limit is LimitRequestFieldSize';
my $field = 'Authorization: Negotiate ' . tokens('HTTP/web.localhost');
my $again = client()->connection;
is $again->request('/whoami?format=json', headers => [$field])->json->{token}{header_bytes}, length $field,
    'the header is counted as LimitRequestFieldSize counts it';
my $replayed = $again->request('/whoami', headers => [$field, 'Accept: application/json'])->json;
is_deeply [$replayed->{attempt}{outcome}, $replayed->{ticket}, $replayed->{keytab}{matched}, $replayed->{clock}{client}],
    ['refused', undef, undef, undef], 'of a refused token nothing is shown that only a key can tell';
is_deeply [@{ $report->{connection} }{qw(protocol requests proxied)}, $report->{connection}{tls} ? 1 : 0],
    ['HTTP/1.1', 1, JSON::PP::false(), 0], 'the connection';

# ---- over other connections --------------------------------------------------------

my $tls = $alice->get('/whoami?format=json', tls => 1, http => '2')->json->{connection};
is_deeply [$tls->{protocol}, $tls->{tls} ? 1 : 0], [has_http2() ? 'HTTP/2.0' : 'HTTP/1.1', 1], 'protocol and TLS show';
my @three = map { $_->json->{connection} } $alice->get([('/whoami?format=json') x 3]);
is_deeply [map { $_->{requests} } @three], [1, 2, 3], 'requests on a connection are counted';
is scalar(keys %{ { map { $_->{id} => 1 } @three } }), 1, 'and its name stays';
my @streams = map { $_->json->{connection} } $alice->get([('/whoami?format=json') x 3], tls => 1, http => '2');
is scalar(keys %{ { map { $_->{id} => 1 } @streams } }), 1, 'the streams of an HTTP/2 connection have one name';
like $streams[0]{id}, qr/\A\w{4}-\w{4}\z/, 'which is a reference';
is_deeply [map { $_->{requests} } @streams], [1, 2, 3], 'and are counted';
for my $header ('Via: 1.1 proxy', 'Forwarded: for=192.0.2.1', 'X-Forwarded-For: 192.0.2.1') {
    my $proxied = $alice->get('/whoami?format=json', headers => [$header]);
    ok $proxied->json->{connection}{proxied}, "the header $header shows";
}

# ---- the other formats ---------------------------------------------------------------

my $text = $alice->get('/whoami', headers => ['Accept: text/plain']);
is $text->header('Content-Type'), 'text/plain; charset=utf-8', 'text comes otherwise';
like $text->body, qr/\AAuthentication Method : NEGOTIATE\nProtocol : Kerberos\n/, 'it opens with the two lines of Testkerb';
like $text->body, qr/alice\@EXAMPLE\.TEST/, 'and names the user';

my $html = $alice->get('/whoami', headers => ['Accept: text/html,application/xhtml+xml,*/*;q=0.8']);
is $html->header('Content-Type'), 'text/html; charset=utf-8', 'HTML comes where Accept names it';
like $html->body, qr/Authentication Method : NEGOTIATE.*Protocol : Kerberos.*alice\@EXAMPLE\.TEST/s,
    'the two lines of Testkerb come first';
unlike $html->body, qr/<script|\son\w+=|javascript:|style="/i, 'it has no script and no inline style';
unlike $html->body, qr{(?:src|href)="(?:https?:)?//}i, 'and loads nothing from elsewhere';
for my $page ($html, $text, $answer) {
    is $page->header('Cache-Control'), 'no-store', 'it may not be kept';
    is $page->header('X-Content-Type-Options'), 'nosniff', 'nor taken for something else';
    is $page->header('Referrer-Policy'), 'no-referrer', 'nor told to the next page';
}
like $html->header('Content-Security-Policy'), qr/\Adefault-src 'none'.*frame-ancestors 'none'/, 'its policy forbids all';
like $html->header('Vary'), qr/Accept/, 'caches are told what it varies by';

is $alice->get('/whoami?format=json', headers => ['Accept: text/html'])->header('Content-Type'), 'application/json',
    'the query wins over Accept';
is $alice->get('/whoami?x=1&format=text')->header('Content-Type'), 'text/plain; charset=utf-8', 'wherever it stands';
my $odd = $alice->get('/whoami?format=xml');
is $odd->status, 400, 'a format that there is none of is a bad request';
like $odd->body, qr/html, json or text/, 'which says what there is';
is $alice->get('/whoami', method => 'POST')->status, 405, 'the page is only read';
my $head = client()->connection->request('/whoami?format=json', method => 'HEAD',
    headers => ['Authorization: Negotiate ' . tokens('HTTP/web.localhost')]);
is $head->status, 200, 'HEAD works';
cmp_ok $head->header('Content-Length'), '>', 500, 'and tells the length';

# ---- hostile input ---------------------------------------------------------------------

my $nasty = q{<script>alert("1")</script>'&};
my $hostile = $alice->get('/whoami', headers => ['Accept: text/html', "User-Agent: $nasty"]);
unlike $hostile->body, qr/<script>alert/, 'a hostile User-Agent is escaped';
like $hostile->body, qr/&lt;script&gt;alert/, 'and shown';
is $alice->get('/whoami?format=json', headers => ["User-Agent: $nasty"])->json->{connection}{user_agent}, $nasty,
    'JSON has it as it came';
my $bytes = $alice->get('/whoami?format=json', headers => ["User-Agent: \xff\xfe"]);
is $bytes->json->{connection}{user_agent}, "\x{fffd}\x{fffd}", 'bytes that are no text become replacement characters';

# ---- without a sign-on -------------------------------------------------------------------

my $open = $anybody->get('/open', headers => ['Accept: text/plain']);
like $open->body, qr/\AAuthentication Method : ?\nProtocol : Anonymous\n/, 'without AuthType the page answers everybody';
my $claimed = $anybody->connection->request('/open?format=json',
    headers => ['Authorization: Negotiate ' . tokens('HTTP/web.example.test')])->json;
is $claimed->{token}{ticket}{sname}, 'HTTP/web.example.test', 'it shows what a token claims';
is access_lines(qr/attempt=\Q$claimed->{attempt}{id}\E/), 1, 'the access log has its reference, as that of an attempt';
my $logged = $alice->get('/whoami?format=json')->json;
is access_lines(qr/attempt=\Q$logged->{attempt}{id}\E connection=\Q$logged->{connection}{id}\E/), 1, 'and of the connection';
is_deeply [$claimed->{attempt}{outcome}, $claimed->{ticket}, $claimed->{authentication}{user}], ['anonymous', undef, undef],
    'and believes nothing of it';

my $unasked = $anybody->connection->request('/open?format=text',
    headers => ['Authorization: Negotiate ' . tokens('HTTP/web.example.test')])->body;
like $unasked, qr/Nobody is signed in\..*asks nobody to sign on.*HTTP\/web\.example\.test/s,
    'in words it does not deny what was sent';
unlike $unasked, qr/sent no Kerberos ticket/, 'nor explain why nothing came';

done_testing;
