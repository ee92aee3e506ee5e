# What a refused client sees, and what the logs keep of it.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use MIME::Base64 qw(decode_base64 encode_base64);

my $REFERENCE = qr/[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;
my $anybody = client();

# ---- the bare challenge: what most people with a broken browser see ------------

error_log();
my $html = $anybody->get('/nego/', headers => ['Accept: text/html']);
is $html->status, 401, 'without a token the answer is 401';
is $html->header('WWW-Authenticate'), 'Negotiate', 'with the challenge';
is $html->header('Content-Type'), 'text/html; charset=utf-8', 'and a page for people';
like $html->body, qr/You are not signed in: your browser did not send a Kerberos ticket\./, 'it says what is missing';
like $html->body, qr/about:config.*negotiate-auth|AuthServerAllowlist/s, 'and how to mend it in a browser';
is $html->header('Cache-Control'), 'no-store', 'it may not be kept';
like $html->header('Content-Security-Policy'), qr/\Adefault-src 'none'/, 'its policy forbids all';
unlike $html->body, qr/<script|style="|EXAMPLE\.TEST|HTTP\/web|keytab\b/i, 'it names no principal and no service';
my ($reference) = $html->body =~ /($REFERENCE)/;
ok defined $reference, 'it has a reference';
is access_lines(qr/attempt=\Q$reference\E/), 1, 'which the access log has too';
unlike error_log(), qr/negotiate_diag:(?:info|notice|warn|error)/, 'nothing above debug is logged for it';

my $again = $anybody->get('/nego/', headers => ['Accept: text/html']);
my ($other) = $again->body =~ /($REFERENCE)/;
isnt $other, $reference, 'the next one has another reference';
is $again->body =~ s/\Q$other\E/X/gr =~ s/\d\d:\d\d [+-]/T/gr, $html->body =~ s/\Q$reference\E/X/gr =~ s/\d\d:\d\d [+-]/T/gr,
    'but for that and the time the body is fixed';

my $text = $anybody->get('/nego/', headers => ['Accept: */*']);
is $text->header('Content-Type'), 'text/plain; charset=utf-8', 'a program gets text';
like $text->body, qr/\AYou are not signed in: your browser did not send a Kerberos ticket\./, 'that says the same';
my $json = $anybody->get('/nego/', headers => ['Accept: application/json']);
is $json->header('Content-Type'), 'application/json', 'or JSON';
is $json->json->{attempt}{outcome}, 'anonymous', 'with the outcome';
is $json->status, 401, 'and the same status';

my $head = $anybody->connection->request('/nego/', method => 'HEAD', headers => ['Accept: text/html']);
is $head->status, 401, 'HEAD is challenged too';
is $head->header('Content-Length'), length $html->body, 'with the length of the page';
my $http2 = $anybody->get('/nego/', http => '2-prior', headers => ['Accept: text/html']);
like $http2->body, qr/did not send a Kerberos ticket/, 'over HTTP/2 the body is there';

my $connection = $anybody->connection;
is $connection->request('/nego/')->status, 401, 'a kept connection is challenged';
is $connection->request('/nego/')->status, 401, 'and goes on';
is $connection->request('/nego/', headers => ['Authorization: Negotiate ' . tokens('HTTP/web.localhost')])->status, 200,
    'until a token comes';

# ---- a token that is refused -----------------------------------------------------

error_log();
my $refused = client('alice')->get('/other-keytab', headers => ['Accept: text/html']);
is $refused->status, 401, 'a token that is not accepted is refused with 401';
($reference) = $refused->body =~ /($REFERENCE)/;
is_deeply [$refused->header('WWW-Authenticate')], [qq{Sign-On-Refused cause="keytab-of-other-site", reference="$reference"}],
    'without a token of the server, and without asking for another one';
like $refused->body, qr/You are not signed in: this address is set up with another site's key\./, 'the page says so';
unlike $refused->body, qr/EXAMPLE\.TEST|HTTP\/web|kvno/, 'and gives nothing away';
my $log = error_log();
like $log, qr/negotiate_diag:warn\b.*negotiate: refused reference=\Q$reference\E cause=keytab-of-other-site certainty=certain who=server /,
    'the log has its reference and its cause';
like $log, qr/ token=spnego-init mechanism="Kerberos 5" sname="HTTP\/web\.localhost\@EXAMPLE\.TEST" kvno=\d+ enctype=aes256.* fault="[^"]+"/,
    "what the token claims, and GSSAPI's own words";
is access_lines(qr/attempt=\Q$reference\E/), 1, 'the access log its reference';

my $short = client('alice')->get('/other-keytab', headers => ['Accept: application/json'])->json;
is_deeply [@$short{qw(ticket)}, $short->{token}{ticket}, $short->{keytab}{matched}, $short->{clock}{server}],
    [undef, undef, undef, undef], 'the JSON of a refusal tells no more than the page';
is $short->{token}{kind}, 'spnego-init', 'but what kind of token came';

# A claimed name cannot write keys of its own into the log line.
my $forged = decode_base64(scalar tokens('HTTP/web.localhost'));
$forged =~ s{web\.localhost}{a" user="bo};
error_log();
is $anybody->connection->request('/other-keytab', headers => ['Authorization: Negotiate ' . encode_base64($forged, '')])->status,
    401, 'a token with a quotation mark in its name is refused';
unlike error_log(), qr/ user="bo/, 'and the log line has no field of its making';

my $broken = $anybody->connection->request('/nego/', headers => ['Accept: application/json', 'Authorization: Negotiate YIIC!A=='])->json;
is $broken->{attempt}{outcome}, 'refused', 'base64 that is none is refused';
is_deeply [@{ $broken->{token}{stopped} }{qw(in offset)}], ['base64', 4], 'the report says where it broke off';
like error_log(), qr/cause=bad-base64 .* token=unknown stopped=4 expected="[^"]+" .*fault="the token is not base64"/, 'and the log too';
my $good = tokens('HTTP/web.localhost');
is $anybody->connection->request('/nego/', headers => ["Authorization: Negotiate $good!"])->status, 401,
    'a good token with something behind it that is no base64 is refused';
$anybody->connection->request('/nego/', headers => ['Authorization: Negotiate']);
like error_log(), qr/fault="the token is empty"/, 'an empty token is called so';

# ---- without TLS ------------------------------------------------------------------

my $plain = $anybody->get('/tls-only', headers => ['Accept: text/html']);
is $plain->status, 403, 'without TLS the answer is 403';
like $plain->body, qr/https/, 'and the page says what to do';
like error_log(), qr/negotiate_diag:info\b.*negotiate: refused reference=\S+ cause=tls-required .*fault="this location is served over TLS only/,
    'the log has it';

# ---- the contact -------------------------------------------------------------------

my $contact = sub { $anybody->get($_[0], headers => [$_[1] // 'Accept: text/html'])->body };
like $contact->('/contact'), qr/help &lt;desk&gt;\@example\.test/, 'NegotiateContact shows, escaped';
like $contact->('/contact', 'Accept: text/plain'), qr/help <desk>\@example\.test/, 'in text as it is';
like $contact->('/contact/mail'), qr/href="mailto:helpdesk\@example\.test"/, 'a mail address is a link';
like $contact->('/contact/deeper'), qr/help &lt;desk&gt;\@example\.test/, 'an inner section keeps it';
is $anybody->get('/contact/deeper', headers => ['Accept: application/json'])->json->{contact}, 'help <desk>@example.test',
    'also for the report';
unlike $contact->('/contact/none'), qr/desk\@example/, 'none takes an outer one away';

# ---- references over several lives of the server --------------------------------------

# The references of the first requests that new children answer.
sub first_references {
    graceful();
    return map { $anybody->get('/nego/')->body =~ /($REFERENCE)/ } 1 .. 10;
}
my %seen;
$seen{$_}++ for first_references(), first_references();
is scalar keys %seen, 20, 'no two children draw the same references';

done_testing;
