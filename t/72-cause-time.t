# Tickets that the key opens, and that are refused all the same: for a clock, a lifetime, or what stands in them.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Server;

use constant SPN => 'HTTP/time.example.test';

my $realm = realm();
my $anybody = client();

# Its tickets have no PAC, which would not go with another time of issue.
$realm->add_principal(SPN, flags => '+no_auth_data_required');
my @key = (SPN, '--keytab', $realm->export_keytab('time.keytab', SPN));

# A request with a token of its own.
sub with_token {
    my ($make, $path, $client) = @_;
    return sub {
        my $token = $make->();
        return ($client // $anybody)->connection->request($path // '/time',
            headers => [@_, "Authorization: Negotiate $token"]);
    };
}
sub forged { my @args = @_; return with_token(sub { scalar forge(@key, @args) }) }
sub status { my ($ask) = @_; return $ask->('Accept: text/plain')->status }
sub explanation { return $_[0]{cause}{explanation} }

my $CONF = <<'EOT';
<Location />
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/time.keytab"
  Require valid-user
  NegotiateExplain Full "expr=true"
  SetHandler negotiate-whoami
</Location>
EOT

# A second httpd whose krb5.conf has such a clockskew.
sub tolerating {
    my ($secs) = @_;
    my $conf = $realm->write_krb5_conf("clockskew-$secs.conf", libdefaults => { clockskew => $secs });
    return NGD::Server->new(name => "clockskew-$secs", env => { KRB5_CONFIG => $conf }, conf => $CONF);
}

my ($faketime) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';

# A second httpd whose clock is off by so much.  (The program faketime would stand between it and us.)
sub at_time {
    my ($offset) = @_;
    return NGD::Server->new(name => "at$offset", env => { LD_PRELOAD => $faketime, FAKETIME => $offset },
        conf => $CONF);
}

# curl, with a ticket of the KDC's time.
sub with_curl { my ($server) = @_; my $alice = $server->client('alice', host => 'time.example.test'); return sub { $alice->get('/', headers => [@_]) } }

# The document of a clock-skew by about so many seconds.
sub is_off_by {
    my ($document, $secs, $words) = @_;
    my $seen = $document->{clock}{skew_secs} // 'nothing';
    ok $seen =~ /\A-?\d+(?:\.\d+)?\z/ && abs($seen - $secs) <= 30,
        "the JSON has $secs s, client minus server" or diag $seen;
    my $way = $secs > 0 ? 'ahead of' : 'behind';
    like explanation($document), qr/\AThe client's clock is $words $way this server's; 5 min are allowed\./,
        "the explanation says by how much it is $way";
}

# ---- the client's clock ----------------------------------------------------------

for my $case (
    [400,     qr/6 min (?:[1-3]\d|40) s/],
    [-400,    qr/(?:6 min [45]\d s|7 min(?: [1-9] s)?)/],
    [5400,    qr/(?:90 min|89 min [3-5]\d s)/],
    [-5400,   qr/90 min(?: [12]?\d s)?/],
    [864000,  qr/(?:10 days 0|9 days 23) h/],
    [-864000, qr/10 days 0 h/],
) {
    my ($secs, $words) = @$case;
    # Where the ticket was issued later than the client thinks it is, its clock is the one that is wrong.
    my $details = $secs < 0 ? ['client-clock'] : [];
    my $json = shows_cause 'clock-skew', "a client whose clock is off by $secs s", forged('--client-time', $secs),
        details => $details;
    is_off_by($json, $secs, $words);
}
is status(forged('--client-time', $_)), 404, "$_ s are tolerated" for 240, -240;

{
    my $server = tolerating(60);
    my $off = sub { my ($secs) = @_; return with_token(sub { scalar forge(@key, '--client-time', $secs) }, '/', $server->client) };
    my $json = shows_cause 'clock-skew', 'more than the krb5.conf of the server tolerates', $off->(90),
        log => sub { $server->log };
    like explanation($json), qr/; 60 s are allowed\./, 'the explanation has its limit';
    is status($off->(50)), 200, 'less is let in';
    $server = tolerating(1200);
    $off = sub { my ($secs) = @_; return with_token(sub { scalar forge(@key, '--client-time', $secs) }, '/', $server->client) };
    is status($off->(900)), 200, 'also where it tolerates more than Kerberos itself does';
    shows_cause 'clock-skew', 'more than that', $off->(1300), log => sub { $server->log };
}

# A real client under another clock, with a ticket that it got before.
SKIP: {
    skip 'not applicable: the sanitizers want to be loaded before faketime is', 6 if $ENV{NGD_HTTPD};
    skip 'faketime is not installed', 6 unless $faketime;
    my $ccache = $realm->kinit('alice', ccache => $realm->path('private/alice-clock.ccache'));
    tokens(SPN, ccache => $ccache);
    # MIT's own client would not use a ticket from its future; others do.
    my $careless = $realm->write_krb5_conf('careless.conf', libdefaults => { clockskew => 7200 });
    my $at = sub {
        my ($offset) = @_;
        return with_token(sub {
            local %ENV = (%ENV, %{ $realm->env(ccache => $ccache, krb5_conf => $careless) });
            open my $out, '-|', 'faketime', '-f', $offset, helper('gsstoken'), SPN or die "faketime: $!\n";
            chomp(my $token = <$out> // '');
            close $out or die "gsstoken under faketime failed\n";
            return $token;
        });
    };
    my $about = qr/(?:20 min(?: [12]?\d s)?|19 min [3-5]\d s)/;
    is_off_by(shows_cause('clock-skew', 'a real client whose clock is behind', $at->('-20m'),
        details => ['client-clock']), -1200, $about);
    is_off_by(shows_cause('clock-skew', 'a real client whose clock is ahead', $at->('+20m'), details => []), 1200,
        $about);
}

# ---- the server's clock --------------------------------------------------------------

# What such a server sees: everybody else is ahead, the KDC too.
shows_cause 'clock-skew', "a ticket from this server's future, by a client that lives there",
    forged('--client-time', 3600, '--ticket-times', '3600,36000'), details => ['server-clock'], also => [];
shows_cause 'clock-skew', 'a ticket that the KDC has made for a later time tells nothing of the clocks',
    forged('--client-time', 7200, '--ticket-times', '3600,36000', '--flags', 'invalid'), details => [],
        also => ['ticket-not-yet-valid'];
shows_cause 'clock-skew', "a ticket from the future of both tells no more",
    forged('--client-time', -1000, '--ticket-times', '3600,36000'), details => [], also => ['ticket-not-yet-valid'];

SKIP: {
    skip 'not applicable: this httpd runs under another tool already', 4 if $ENV{NGD_HTTPD};
    skip 'faketime is not installed', 4 unless $faketime;
    my $about = qr/(?:60 min(?: [12]?\d s)?|59 min [3-5]\d s)/;
    my $behind = at_time('-1h');
    my $json = shows_cause 'clock-skew', 'a server whose clock is an hour behind, and a real client',
        with_curl($behind), log => sub { $behind->log }, details => ['server-clock'], also => [];
    is_off_by($json, 3600, $about);
    my $ahead = at_time('+1h');
    $json = shows_cause 'clock-skew', 'a server whose clock is an hour ahead, and a real client',
        with_curl($ahead), log => sub { $ahead->log }, details => [];
    is_off_by($json, -3600, $about);
}

# ---- the ticket's times ------------------------------------------------------------------

my $json = shows_cause 'ticket-expired', 'a ticket that ended an hour ago', forged('--ticket-times', '-7200,-3600');
like explanation($json),
    qr/for HTTP\/time\.example\.test\@EXAMPLE\.TEST ended at 2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d UTC; this server's clock says 2/,
    'the explanation has both times';
shows_cause 'ticket-expired', 'a ticket that ended a little longer ago than is tolerated',
    forged('--ticket-times', '-7200,-302');
is status(forged('--ticket-times', '-7200,-240')), 404, 'a ticket that ended just now is let in';
{
    my $server = tolerating(20);
    my $ended = with_token(sub { scalar forge(@key, '--ticket-times', '-100,-30') }, '/', $server->client);
    shows_cause 'ticket-expired', 'a ticket that ended seconds ago, where fewer are tolerated', $ended,
        log => sub { $server->log };
}
$json = shows_cause 'ticket-not-yet-valid', 'a ticket that begins in an hour', forged('--ticket-times', '3600,7200');
like explanation($json), qr/for HTTP\/time\.example\.test\@EXAMPLE\.TEST begins at 2\d{3}-/,
    'the explanation has its beginning';
is status(forged('--ticket-times', '290,7200')), 404, 'a ticket that begins in a moment is let in';
shows_cause 'ticket-not-yet-valid', 'a ticket that the KDC has not validated yet', forged('--flags', 'invalid');

# ---- replays ---------------------------------------------------------------------------------

# The same token for the second time.
sub again {
    my ($make) = @_;
    return sub {
        my $token = $make->();
        my @ask = ('/time', headers => [@_, "Authorization: Negotiate $token"]);
        $anybody->connection->request(@ask);
        return $anybody->connection->request(@ask);
    };
}
shows_cause 'replay', 'a token that comes twice, by a client that wants mutual authentication',
    again(sub { scalar tokens(SPN) });
shows_cause 'replay', 'the same without SPNEGO', again(sub { scalar tokens(SPN, '--mech', 'krb5') });
shows_cause 'replay', 'a token that comes twice, by a client that does not',
    again(sub { scalar tokens(SPN, '--no-mutual') }),
    certainty => 'likely';
# The cache keeps a token also where something behind it refused it.
for my $mutual ([], ['--mutual']) {
    my $client = @$mutual ? 'a client that wants mutual authentication' : 'a client that does not';
    shows_cause 'clock-skew', "a skewed token that comes twice is no replay, by $client",
        again(sub { scalar forge(@key, '--client-time', 1000, @$mutual) });
    shows_cause 'ticket-expired', "nor is an expired one, by $client",
        again(sub { scalar forge(@key, '--ticket-times', '-7200,-3600', @$mutual) });
    shows_cause 'client-mismatch', "nor is another user's, by $client",
        again(sub { scalar forge(@key, '--client', 'bob', @$mutual) });
}

# ---- what stands inside -------------------------------------------------------------------------

$json = shows_cause 'client-mismatch', "another user's authenticator", forged('--client', 'bob');
like explanation($json), qr/ticket is alice\@EXAMPLE\.TEST's, the authenticator says bob\@EXAMPLE\.TEST\./,
    'the explanation names both';
shows_cause 'client-mismatch', 'a user of the same name in another realm', forged('--client', 'alice@OTHER.TEST');
is status(forged('--client', 'alice')), 404, 'the same name is let in';

shows_cause 'authenticator-damaged', 'an authenticator of which a byte was changed',
    forged('--damage', 'authenticator');
shows_cause 'authenticator-damaged', 'the same without SPNEGO', forged('--damage', 'authenticator', '--mech', 'krb5');
shows_cause 'authenticator-damaged', 'the same by a client that wants mutual authentication',
    forged('--damage', 'authenticator', '--mutual');
shows_cause 'authenticator-damaged', "its clock cannot be read, and is not made up",
    forged('--damage', 'authenticator', '--client-time', 1000);

$json = shows_cause 'transited-refused', 'a client that came by way of a realm that nobody vouches for',
    forged('--transited', 'MIDDLE.TEST');
like explanation($json), qr/client alice\@OTHER\.TEST came to HTTP\/time\.example\.test\@EXAMPLE\.TEST/,
    'the explanation names it';

SKIP: {
    skip 'not applicable: this system has no PKINIT', 1 unless NGD::Realm::has_pkinit();
    my $nobody = $realm->kinit_anonymous;
    shows_cause 'anonymous-client', 'a ticket of nobody', with_token(sub { scalar tokens(SPN, ccache => $nobody) });
}

# ---- the PAC: never a cause ---------------------------------------------------------------------

sub slugs { my ($document) = @_; return [$document->{cause} && $document->{cause}{slug}, map { $_->{slug} } @{ $document->{also} }] }
sub whoami { my @args = @_; return with_token(sub { scalar forge('HTTP/web.localhost', @args) }, '/whoami?format=json')->('Accept: application/json') }
my $accepted = whoami('--pac', 'damaged');
is $accepted->status, 200, 'a PAC that cannot be verified does not keep anybody out';
is_deeply slugs($accepted->json), [undef, 'pac-unverified'], 'it is noticed';
is_deeply slugs(whoami()->json), [undef], "nothing is noticed of the KDC's own";
shows_cause 'clock-skew', 'what refuses a token with such a PAC is something else',
    forged('--pac', 'damaged', '--client-time', 1000), also => ['pac-unverified'];
shows_cause 'not-authorized', 'the Require, say',
    with_token(sub { scalar forge(@key, '--pac', 'damaged') }, '/time/bob'),
    status => 403, also => ['pac-unverified'];

done_testing;
