# A negotiation of several requests: SPNEGO that prefers NTLM and takes Kerberos. The first leg chooses, the
# second brings the ticket, the third proves that nobody changed the list of mechanisms.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Dialog;

plan skip_all => 'there is no GSSAPI mechanism for NTLM' unless NGD::Dialog::ntlm_mechanism();

sub negotiate { return "Authorization: Negotiate $_[0]" }

# The server's token in an answer.
sub reply {
    my ($response) = @_;
    my ($token) = ($response->header('WWW-Authenticate') // '') =~ /\ANegotiate (\S+)\z/;
    return $token;
}

# The first leg on a connection: the dialog that can go on, and the answer.
sub first_leg {
    my ($connection, $path) = @_;
    my $dialog = NGD::Dialog->new(realm => realm(), user => 'alice');
    return ($dialog, $connection->request($path, headers => [negotiate($dialog->token)]));
}

# Goes on after an answer until there is nothing more to send; the last answer.
sub finish {
    my ($connection, $path, $dialog, $answer) = @_;
    while ($answer->status == 401 && defined reply($answer)) {
        $answer = $connection->request($path, headers => [next_leg($dialog, $answer)]);
    }
    return $answer;
}

sub next_leg {
    my ($dialog, $answer) = @_;
    return negotiate($dialog->answer(reply($answer)));
}

my $connection = client()->connection;
my ($dialog, $first) = first_leg($connection, '/whoami?format=json');
is $first->status, 401, 'the first leg is answered with 401';
ok defined reply($first), 'and with a token that asks for the second leg';
my $last = finish($connection, '/whoami?format=json', $dialog, $first);
is $last->status, 200, 'the later legs on the same connection sign on' or diag $last->as_text;
is $last->json->{authentication}{user}, 'alice@EXAMPLE.TEST', 'as the client of the first';
is $last->json->{attempt}{leg}, 3, 'the report counts the legs';
like error_log(), qr/accepted reference=\Q@{[ $last->json->{attempt}{id} ]}\E user="alice\@EXAMPLE.TEST" leg=3/,
    'all legs are one attempt in the log';
is access_lines(qr/attempt=\Q@{[ $last->json->{attempt}{id} ]}\E/, 3), 3, 'and in the access log';
is $connection->request('/whoami')->status, 401, 'nothing of it stays with the connection';

($dialog, $first) = first_leg($connection, '/document-protected');
ok defined reply($first), 'a protected ErrorDocument keeps the token for the second leg';

($dialog, $first) = first_leg($connection, '/nego/');
is $connection->request('/index.html')->status, 200, 'a request for something else may come in between';
is finish($connection, '/nego/', $dialog, $first)->status, 200, 'and the negotiation goes on to its end';

($dialog, $first) = first_leg($connection, '/nego/');
my $later = next_leg($dialog, $first);
my $elsewhere = client()->connection->request('/nego/', headers => [$later]);
ok $elsewhere->status == 401 && !defined reply($elsewhere), 'the second leg on another connection is refused';
is finish($connection, '/nego/', $dialog, $connection->request('/nego/', headers => [$later]))->status, 200,
    'and takes nothing away from its own';
my $alone = $connection->request('/nego/', headers => [$later]);
ok $alone->status == 401 && !defined reply($alone), 'the second leg alone is refused';

($dialog, $first) = first_leg($connection, '/nego/');
my $other_policy = $connection->request('/host-mode', headers => [next_leg($dialog, $first)]);
ok $other_policy->status == 401 && !defined reply($other_policy), 'the second leg under another policy is refused';

($dialog, $first) = first_leg($connection, '/nego/');
$later = next_leg($dialog, $first);
is $connection->request('/nego/', headers => [negotiate(scalar tokens('HTTP/web.localhost'))])->status, 200,
    'a new first token signs on in the middle of a negotiation';
my $ended = $connection->request('/nego/', headers => [$later]);
ok $ended->status == 401 && !defined reply($ended), 'and ends it';

# The streams of HTTP/2 have no order in which legs could follow each other.
$dialog = NGD::Dialog->new(realm => realm(), user => 'alice');
my $over_http2 = client()->get('/nego/', tls => 1, http => '2', headers => [negotiate($dialog->token)]);
is $over_http2->protocol, 'HTTP/1.1', 'a client that needs several legs is sent from HTTP/2 to HTTP/1.1'
    or diag $over_http2->error, $over_http2->as_text;
is $over_http2->status, 401, 'where the first leg is answered';
ok defined reply($over_http2), 'with a token';

done_testing;
