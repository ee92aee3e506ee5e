# Who is told what of a refusal: NegotiateExplain, NegotiateRetry, the next request, the administrator's own document.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Realm;

use MIME::Base64 qw(encode_base64);

my $REFERENCE = qr/[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;
my ($anybody, $realm) = (client(), realm());
my @accept = ('Accept: application/json', 'Accept: text/plain', 'Accept: text/html');

# ---- a keytab with which much goes wrong ---------------------------------------------

my ($old, $wrong, $absent, $host) = map { $realm->add_principal($_) } qw(HTTP/told-old.example.test
    HTTP/told-wrong.example.test HTTP/told-absent.example.test host/told-host.example.test);
$realm->export_keytab('told.keytab', $old, $host, 'HTTP/web.localhost');
$realm->rotate(undef, $old);
{
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $wrong\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\nnot-the-password\nwkt "
        . $realm->path('told.keytab') . "\nquit\n";
    close $ktutil or die "ktutil failed\n";
}
select undef, undef, undef, 1.2;        # until the file is looked at again

# What is refused, by its cause: the path behind the section, and what is sent.
my %case = (
    'keytab-old-kvno'         => ['', sub { tokens($old) }],
    'wrong-key'               => ['', sub { tokens($wrong) }],
    'spn-not-in-keytab'       => ['', sub { tokens($absent) }],
    'keytab-of-other-site'    => ['', sub { tokens('HTTP/web.example.test') }],
    'acceptor-name-mismatch'  => ['', sub { tokens($host) }],
    'keytab-missing'          => ['/missing', sub { tokens('HTTP/web.localhost') }],
    'not-authorized'          => ['/bob', sub { tokens('HTTP/web.localhost') }],
    'ntlm-fallback'           => ['', sub { 'TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==' }],
    'malformed-token'         => ['', sub { encode_base64('x' x 99, '') }],
);
sub refused {
    my ($section, $slug, @headers) = @_;
    my ($path, $token) = @{ $case{$slug} };
    return $anybody->connection->request("/told/$section$path", headers => ['Authorization: Negotiate ' . $token->(), @headers]);
}

# What names somebody, something or some place of this server's.
my $NAMES = qr/alice|bob|EXAMPLE\.TEST|example\.test|HTTP\/(?:web|told)|(?:told|told-missing|mixed)\.keytab|
    \Q${\ $realm->dir }\E|aes\d+|kvno["\s:=]+\d|
    \d\d:\d\d:\d\d(?!\.\d+[+-]\d\d:\d\d")|skew_secs":\s*-?\d/x;
my $PLACES = qr/(?:told|told-missing|mixed)\.keytab|\Q${\ $realm->dir }\E/;

sub bodies { my ($section, $slug, @more) = @_; return map { refused($section, $slug, $_, @more) } @accept }

# The log lines of answers, which have all of it whatever the client is told.
sub logs_all {
    my ($slug, @answers) = @_;
    my $log = error_log();
    my @found = map { my ($reference) = $_->body =~ /($REFERENCE)/; log_line($log, $reference // '-') // '' } @answers;
    my $fact = $slug eq 'not-authorized' ? 'user="alice@EXAMPLE.TEST"' : 'keytab="' . $realm->dir;
    return is scalar(grep { / cause=\Q$slug\E .* \Q$fact\E/ } @found), scalar @answers,
        "$slug: the log has the cause and the facts under each reference" || diag @found;
}

# ---- Off, Brief, Full ---------------------------------------------------------------------

for my $slug (sort keys %case) {
    error_log();
    my @off = bodies('off', $slug);
    logs_all($slug, @off);
    is scalar(grep { $_->body =~ $NAMES || $_->as_text =~ /\Q$slug\E/ } @off), 0, "$slug, Off: nobody is told why";
    my $headline = $slug eq 'not-authorized' ? 'You are signed in, but this page is not for you.' : 'You are not signed in.';
    is [split /\n/, $off[1]->body]->[0], $headline, "$slug, Off: whether one is signed in is";
    my $document = $off[0]->json;
    is_deeply [grep { ref $document->{$_} eq 'ARRAY' ? @{ $document->{$_} } : defined $document->{$_} }
        grep { !/\A(?:version|attempt|contact)\z/ } keys %$document], [], "$slug, Off: the document has nothing but its reference";

    my @brief = bodies('brief', $slug);
    logs_all($slug, @brief);
    is scalar(grep { $_->body =~ /\Q$slug\E/ } @brief), 3, "$slug, Brief: the cause is told in all formats";
    # The host and port of the connection are the client's own words.
    is_deeply [map { my $b = $_->body =~ s/"(?:host|client|user_agent)": "[^"]*"//gr; $b =~ $NAMES ? "...$&..." : () } @brief], [],
        "$slug, Brief: no principal, service, version, path or clock";
    my $told = $brief[0]->json;
    is_deeply [$told->{ticket}, $told->{decision}, $told->{token}{ticket}, $told->{token}{ntlm}, @{ $told->{keytab} }{qw(path matched state other)},
        @{ $told->{keytab}{entries} }, @{ $told->{clock} }{qw(server client skew_secs)}, $told->{authentication}{user}],
        [(undef) x 12], "$slug, Brief: nor in the document";

    my @full = bodies('full', $slug);
    logs_all($slug, @full);
    is scalar(grep { $_->body =~ /\Q$slug\E/ } @full), 3, "$slug, Full: the cause is told in all formats";
    is scalar(grep { $_->body =~ $PLACES } @full), 0, "$slug, Full: no path of a keytab";
    is_deeply $full[0]->json->{keytab}{entries}, [], "$slug, Full: nor its entries";
}
my %claim = ('keytab-old-kvno' => $old, 'wrong-key' => $wrong, 'spn-not-in-keytab' => $absent, 'acceptor-name-mismatch' => $host);
for my $slug (sort keys %claim) {
    my @full = bodies('full', $slug);
    is scalar(grep { $_->body =~ /\Q$claim{$slug}\E/ } @full), 3, "$slug, Full: the ticket's service is told in all formats";
}
my $kvno = refused('full', 'keytab-old-kvno', 'Accept: application/json')->json;
is $kvno->{token}{ticket}{kvno}, 2, 'Full: the version of the key';
like $kvno->{cause}{explanation}, qr/\b2\b.*\b1\b|\b1\b.*\b2\b/s, 'Full: the explanation has the versions in its text';
like refused('full', 'keytab-old-kvno', 'Accept: text/plain')->body, qr/told-old\.example\.test.*\b2\b/s, 'Full: so has the text';

# ---- Full for whom an expression holds --------------------------------------------------------

for my $slug ('keytab-old-kvno', 'keytab-missing', 'keytab-of-other-site') {
    my @others = bodies('admin', $slug);
    is_deeply [map { my $b = $_->body =~ s/"(?:host|client|user_agent)": "[^"]*"//gr; $b =~ $NAMES ? $& : () } @others], [],
        "$slug, Full for some: everybody else is told Brief";
    is scalar(grep { $_->body =~ /\Q$slug\E/ } @others), 3, 'with the cause';
    my @admin = bodies('admin', $slug, 'X-Admin: yes');
    my $file = $slug eq 'keytab-missing' ? 'told-missing.keytab' : 'told.keytab';
    is scalar(grep { $_->body =~ /\Q${\ $realm->path($file) }\E/ } @admin), 3, "$slug, Full for some: whom it holds for sees the keytab's path";
    next if $slug eq 'keytab-missing';
    my $keytab = $admin[0]->json->{keytab};
    is_deeply [sort map { $_->{principal} =~ s/\@.*//r } @{ $keytab->{entries} }],
        [sort +($old) x 2, ($host) x 2, ('HTTP/web.localhost') x 2, $wrong], 'and its entries';
    is scalar(grep { $_->body =~ /told-host\.example\.test/ } @admin), 3, 'in all formats';
}
like refused('admin', 'keytab-of-other-site', 'Accept: application/json', 'X-Admin: yes')->json->{keytab}{other}{path},
    qr/\A\Q${\ $realm->dir }\E\/(?:http|mixed)\.keytab\z/, 'and which other keytab opens the ticket';
is refused('admin', 'wrong-key', 'Accept: application/json', 'X-Admin: no')->json->{keytab}{path}, undef,
    'another value of the header is another answer';

# ---- merging -------------------------------------------------------------------------------------

sub told { my ($section, @more) = @_; return refused($section, 'keytab-old-kvno', 'Accept: application/json', @more)->json }
is told('full/deeper')->{token}{ticket}{kvno}, 2, 'an inner section keeps NegotiateExplain';
is told('full/deeper')->{contact}, 'deeper@example.test', 'beside its own NegotiateContact';
is told('full/less')->{token}{ticket}, undef, 'or sets its own';
is told('admin/deeper', 'X-Admin: yes')->{keytab}{path}, $realm->path('told.keytab'), 'an inner section keeps the expression';
is told('admin/deeper')->{token}{ticket}, undef, 'for those for whom it does not hold, too';
is told('admin/everybody')->{token}{ticket}{kvno}, 2, 'or takes the expression away';
is told('admin/everybody', 'X-Admin: yes')->{keytab}{path}, undef, 'and with it the keytab';
is told('')->{token}{ticket}, undef, 'Brief is the default';
error_log();
is told('failing', 'X-Admin: yes')->{token}{ticket}, undef, 'an expression that fails holds for nobody';
like error_log(), qr/negotiate_diag:error\b.*the expression of NegotiateExplain at \S+told\.conf:\d+: /, 'and the log says where it stands';

# ---- the challenge ----------------------------------------------------------------------------------

sub challenge { my ($answer) = @_; return join ' | ', $answer->header('WWW-Authenticate') }
sub is_asked {
    my ($section, $slug, $expected, $what) = @_;
    my $answer = refused($section, $slug, 'Accept: text/plain');
    my ($reference) = $answer->body =~ /($REFERENCE)/;
    is challenge($answer), $expected =~ s/REF/$reference/r, $what;
}
my $plain = $anybody->connection;
$case{'orphan-continuation'} = ['', sub { 'oRQwEqADCgEDoQsGCSqGSIb3EgECAg==' }];

is_asked('', 'wrong-key', 'Sign-On-Refused cause="wrong-key", reference="REF"', 'Auto: where a fresh try is of no use no client is asked for one');
is_asked('', 'orphan-continuation', 'Negotiate', 'Auto: where it can help every client is');
is_asked('off', 'wrong-key', 'Sign-On-Refused reference="REF"', 'Auto, with Explain Off: the challenge has no cause');
is_asked('off', 'orphan-continuation', 'Negotiate', 'but the same choice');
is_asked('retry/on', 'wrong-key', 'Negotiate', 'On: every client is asked again');
is_asked('retry/on/deeper', 'wrong-key', 'Negotiate', 'an inner section keeps NegotiateRetry');
is_asked('retry/on/auto', 'wrong-key', 'Sign-On-Refused cause="wrong-key", reference="REF"', 'or sets its own');
is_asked('retry/off', 'orphan-continuation', 'Sign-On-Refused cause="orphan-continuation", reference="REF"', 'Off: none is');
is_asked('retry/off/quiet', 'orphan-continuation', 'Sign-On-Refused reference="REF"', 'Off, with Explain Off: without the cause');
is challenge($anybody->get('/told/retry/off')), 'Negotiate', 'Off: who brings nothing is asked all the same';
is challenge($plain->request('/told/retry/off', headers => ['Authorization: Basic YTpi'])), 'Negotiate', 'and who tried another scheme';
unlike challenge(refused('brief', 'not-authorized')), qr/Negotiate(?:,|\z)/, 'who is signed in is asked for nothing';

# A client that signs on by itself, with a ticket for a service that this section has no key for.
$realm->add_principal('HTTP/told.localhost');
my @sections = ('brief', 'off', 'retry/off', 'retry/on');
for my $section (@sections) {
    my $curl = client('alice')->get("/told/$section?curl-$section", host => 'told.localhost', headers => ['Accept: text/plain']);
    is $curl->status, 401, "curl, $section: a refused ticket ends with 401" or diag $curl->error, $curl->as_text;
    like $curl->body, qr/You are not signed in/, 'and its body says so';
}
is_deeply [map { access_lines(qr/curl-\Q$_\E /) } @sections], [(1) x @sections], 'after one request each';

# ---- negotiate-skip -------------------------------------------------------------------------------------

my @skip = ('User-Agent: no-negotiate/1', 'Accept: text/plain');
my $skipped = $anybody->connection->request('/told', headers => \@skip);
is $skipped->status, 401, 'where negotiate-skip is set the answer is 401';
is challenge($skipped), '', 'without a challenge';
like $skipped->body, qr/no-token/, 'and with the explanation';
is challenge(refused('brief', 'wrong-key', @skip)), '', 'a refused token gets no challenge either';
is $anybody->connection->request('/nego/', headers => [@skip, 'Authorization: Negotiate ' . tokens('HTTP/web.localhost')])->status,
    200, 'a good one signs on';
is client('alice')->get('/index.html', args => ['-A', 'no-negotiate/1'])->status, 200, 'an open page is not touched';

# ---- a forward proxy -----------------------------------------------------------------------------------------

sub through_proxy { my (@headers) = @_; return $anybody->connection->request('http://127.0.0.1:' . vars('port') . '/index.html', headers => \@headers) }
my $proxy = through_proxy('Accept: text/plain', 'Proxy-Authorization: Negotiate ' . tokens($wrong));
is $proxy->status, 407, 'a forward proxy refuses with 407';
my ($reference) = $proxy->body =~ /($REFERENCE)/;
is join(' | ', $proxy->header('Proxy-Authenticate')), qq{Sign-On-Refused cause="spn-not-in-keytab", reference="$reference"},
    'with its own header';
is challenge($proxy), '', 'and no other';
like $proxy->body, qr/Tell the help desk: $REFERENCE, spn-not-in-keytab,/, 'and explains';
is through_proxy('Accept: application/json')->json->{cause}{slug}, 'no-token', 'also to who brings nothing';
is through_proxy('Accept: application/json', 'Authorization: Negotiate ' . tokens($wrong))->json->{cause}{slug}, 'no-token',
    "what is meant for the site behind is not the proxy's";

# ---- the request after a refusal ----------------------------------------------------------------------------------

# A refusal, then these requests without a token: the documents of all of them.
sub after_refusal {
    my ($path, @requests) = @_;
    my $connection = $anybody->connection;
    my @json = ('Accept: application/json');
    my @answers = ($connection->request($path, headers => [@json, 'Authorization: Negotiate ' . tokens($wrong)]));
    for my $request (@requests) {
        my ($to, %opt) = @$request;
        push @answers, $connection->request($to, %opt, headers => [@json, @{ $opt{headers} // [] }]);
    }
    return @answers;
}
sub slugs { return [map { $_->json->{cause}{slug} } @_] }
my $site = '/told/brief';

error_log();
my @shown = after_refusal($site, [$site], [$site]);
is_deeply slugs(@shown), ['wrong-key', 'wrong-key', 'no-token'], 'the next request shows the refusal, the one after it does not';
my @references = map { $_->json->{attempt}{id} } @shown;
is $references[1], $references[0], 'under the same reference';
isnt $references[2], $references[0], 'and then under another';
is challenge($shown[1]), 'Negotiate', 'it is challenged as always';
is $shown[1]->json->{attempt}{outcome}, 'anonymous', 'and is no refusal itself';
my $log = error_log();
is scalar(() = $log =~ /negotiate: refused/g), 1, 'the log has one refusal';
like $log, qr/negotiate: challenged reference=$references[0] cause=wrong-key/, 'and at debug what came after it';
is_deeply slugs(after_refusal($site, ["$site?other"])), ['wrong-key', 'no-token'], 'another address does not show it';
is_deeply slugs(after_refusal($site, ["$site?other"], [$site])), ['wrong-key', 'no-token', 'no-token'], 'nor does its own after that';
is_deeply slugs(after_refusal($site, [$site, host => 'other.localhost'])), ['wrong-key', 'no-token'], 'nor another host';
is_deeply slugs(after_refusal($site, [$site, headers => ['Via: 1.1 proxy']])), ['wrong-key', 'no-token'], 'nor does a request through a proxy';
is_deeply slugs(after_refusal($site, [$site, headers => ['X-Forwarded-For: 192.0.2.1']])), ['wrong-key', 'no-token'], 'however that says so';
is_deeply slugs(after_refusal('/told/off', ['/told/off'])), [undef, undef], 'nor is one told whom nothing is told';
my @text = map { $_->body } do {
    my $connection = $anybody->connection;
    map { $connection->request($site, headers => ['Accept: text/html', @$_]) } ['Authorization: Negotiate ' . tokens($wrong)], [];
};
is $text[1] =~ s/\d\d:\d\d [+-]/T/r, $text[0] =~ s/\d\d:\d\d [+-]/T/r, 'the page is the same as that of the refusal';
my @full = after_refusal('/told/full', ['/told/full']);
is_deeply [map { $_->json->{cause}{slug} } @full], ['wrong-key', 'wrong-key'], 'in full as well';
is_deeply [map { my $told = $_->json; [$told->{token}{ticket}{sname}, $told->{keytab}{path}] } $full[1]], [[undef, undef]],
    'but without what the refused request brought: another client of a silent proxy may have sent that';

# ---- the administrator's own document ----------------------------------------------------------------------------------

my @lines = split /\n/, $anybody->connection->request('/told/document', headers => ['Authorization: Negotiate ' . tokens($wrong)])->body;
like $lines[0], qr/\A$REFERENCE\z/, "the administrator's own document wins, and finds the reference";
is_deeply [@lines[1 .. 6]], ['wrong-key', 'certain', 'server', '401.1', '2148074274', ngd_headline('wrong-key')],
    'cause, certainty, owner, the numbers of IIS and the headline';
@lines = split /\n/, $anybody->get('/told/document')->body;
is_deeply [@lines[1 .. 6]], ['no-token', 'certain', 'client', '401.2', '5', ngd_headline('no-token')], 'also where nothing came';

sub ngd_headline { my ($slug) = @_; return ($slug eq 'no-token' ? $anybody->get($site, headers => ['Accept: application/json']) : refused('brief', $slug, 'Accept: application/json'))->json->{cause}{headline} }

done_testing;
