package NGD::Cause;

# What every refusal has to show, wherever somebody looks: the cause on top in the
# JSON, in the text and HTML bodies, and in the log line of the same reference.
#
#   use NGD::Cause;
#   shows_cause 'wrong-key', 'a ticket that the key does not open',
#       sub { client('alice')->get('/wrong-key', headers => [@_]) };
#
# The function is called once for each format, with the header line that asks for
# it, and makes a request of its own: a token is good for one.  Options:
#   status => 401, also => [slugs], certainty => 'certain', details => [slugs],
#   logged => 0 for what is no failure (then at debug only), log => \&error_log

use strict;
use warnings FATAL => 'all';

use Exporter qw(import);
use Test::More;

use NGD::Test ();

our @EXPORT = qw(shows_cause log_line);

# What other suites have left in the log is not these refusals'.
NGD::Test::error_log();

my $REFERENCE = qr/[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;

# The line of the log that belongs to a reference.
sub log_line {
    my ($log, $reference) = @_;
    my ($line) = grep { /negotiate: refused reference=\Q$reference\E / } split /\n/, $log;
    return $line;
}

sub shows_cause {
    my ($slug, $what, $ask, %opt) = @_;
    my $json = $ask->('Accept: application/json');
    my $text = $ask->('Accept: text/plain');
    my $html = $ask->('Accept: text/html');
    my $log = ($opt{log} // \&NGD::Test::error_log)->();
    subtest "$slug: $what" => sub {
        _json($slug, $json, %opt);
        _body($slug, 'text', $text, %opt);
        _body($slug, 'HTML', $html, %opt);
        _log($slug, $log, $json->json->{attempt}{id}, %opt);
    };
    return $json->json;
}

sub _json {
    my ($slug, $response, %opt) = @_;
    my $document = $response->json // {};
    is $response->status, $opt{status} // 401, 'the status fits';
    is $document->{cause}{slug}, $slug, 'it is on top in the JSON' or diag $response->as_text;
    is $document->{cause}{certainty}, $opt{certainty} // 'certain', 'as ' . ($opt{certainty} // 'certain');
    is_deeply [map { $_->{slug} } @{ $document->{also} }], $opt{also} // [], 'with what else was noticed';
    is_deeply [map { $_->{slug} } @{ $document->{cause}{details} }], $opt{details}, 'and what explains it' if $opt{details};
}

sub _body {
    my ($slug, $format, $response, %opt) = @_;
    like $response->body, qr/Tell the help desk:\s*(?:<[^>]*>)*$REFERENCE(?:<[^>]*>)*, \Q$slug\E,/,
        "the $format body tells it to the help desk";
    # A question of the checklist may stay open.
    unlike $response->body, qr/(?<!class="check )unknown/, "and does not say that it is unknown";
}

sub _log {
    my ($slug, $log, $reference, %opt) = @_;
    my $line = log_line($log, $reference);
    if ($opt{logged} // 1) {
        like $line // '', qr/ cause=\Q$slug\E /, 'the log has it under the reference';
    }
    else {
        is $line, undef, 'the log has no refusal';
    }
    unlike $log, qr/cause=unknown/, 'nothing in the log is unknown';
    unlike $log, qr/YII[A-Za-z0-9+\/]{60}/, 'no token is in the log';
}

1;
