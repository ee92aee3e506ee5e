# Two faults at once: the one to mend first is on top, the other one beside it; and alone, as soon as the first is mended.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Keytab;
use NGD::Server;

use MIME::Base64 qw(decode_base64 encode_base64);

my $realm = realm();
my $anybody = client();
my $forge = $realm->path('private/two-forge.keytab');

sub spn { return "HTTP/two-$_[0].example.test" }

# A service of its own; its tickets have no PAC, which would not go with another time of issue.
sub service { my ($name) = @_; return keys_of($realm->add_principal(spn($name), flags => '+no_auth_data_required')) }
sub keys_of { return NGD::Keytab::of($realm, @_) }
sub keytab { my ($name, @entries) = @_; return $realm->share(NGD::Keytab::write($realm->path("two-$name.keytab"), @entries)) }
sub renamed { my ($name, @entries) = @_; return map { NGD::Keytab::with($_, principal => "$name\@" . $realm->name) } @entries }
sub spoilt { return map { NGD::Keytab::with($_, key => $_->{key} ^ "\1" x length $_->{key}) } @_ }

sub sending {
    my ($path, $authorization) = @_;
    return sub {
        my $value = ref $authorization ? $authorization->() : $authorization;
        return $anybody->connection->request("/two$path", host => 'web.localhost:80',
            headers => [@_, "Authorization: $value"]);
    };
}
sub forged { my ($path, $name, @args) = @_; return sending($path, sub { 'Negotiate ' . forge(spn($name), @args, '--keytab', $forge) }) }

# Faults of a token, which any location can see that has a key for it.
my %FAULT = (
    'clock-skew'           => ['--client-time', 1000],
    'ticket-expired'       => ['--ticket-times', '-7200,-3600'],
    'ticket-not-yet-valid' => ['--ticket-times', '3600,36000'],
);

# A place's fault and one of the token's; the same token where the place's is mended.
sub pair {
    my ($place, $path, $name, $fault, %opt) = @_;
    shows_cause $place, "and $fault", forged($path, $name, @{ $FAULT{$fault} }), also => [$fault], %opt;
    shows_cause $fault, "alone, where $place is mended", forged("$path/mended", $name, @{ $FAULT{$fault} });
}

# ---- before anybody asks ----------------------------------------------------------------

my @good = service('good');
my @other = renamed('HTTP/other.example.test', service('other'));
keytab('good', @good);

keytab('stale', service('stale'));
$realm->rotate(undef, spn('stale'));
keytab('stale-mended', keys_of(spn('stale')));

my @enctype = service('enctype');
keytab('enctype', grep { $_->{enctype} == NGD::Keytab::AES128 } @enctype);
keytab('enctype-mended', @enctype);

my @wrong = service('wrong');
keytab('wrong', spoilt(@wrong));
keytab('wrong-mended', @wrong);

keytab('site', @other);
keytab('site-mended', service('site'));

my @account = service('account');
keytab('account', renamed('WEB$', @account), @other);
keytab('names', service('names'), @other);

# The client has a ticket of the old key, and forges with it.
my $cached = $realm->kinit('alice', ccache => $realm->path('private/alice-two.ccache'));
my @first = service('new');
tokens(spn('new'), ccache => $cached);
$realm->export_keytab($forge, map { spn($_) } qw(good stale enctype wrong site account names new));
$realm->rotate(undef, spn('new'));
keytab('new', keys_of(spn('new')));
keytab('new-mended', @first);

my $torn = keytab('torn', service('torn'));
select undef, undef, undef, 2.2;    # every process has looked again
error_log();

# ---- a key, and a clock or a lifetime -----------------------------------------------------

pair('keytab-old-kvno', '/stale', 'stale', $_, details => ['host-differs', 'other-keytab']) for 'clock-skew',
    'ticket-expired';
pair('enctype-missing', '/enctype', 'enctype', $_) for 'clock-skew', 'ticket-not-yet-valid';
pair('wrong-key', '/wrong', 'wrong', $_) for 'clock-skew', 'ticket-expired';
pair('keytab-of-other-site', '/site', 'site', $_) for sort keys %FAULT;
pair('spn-on-other-account', '/account', 'account', $_) for 'ticket-expired', 'clock-skew';
pair('acceptor-name-mismatch', '/name', 'names', $_) for 'clock-skew', 'ticket-expired';
pair('no-key-for-acceptor', '/nobody', 'good', 'clock-skew');
for my $fault ('clock-skew', 'ticket-expired') {
    my $old = sub { my ($path) = @_; return sending($path, sub { 'Negotiate ' . forge(spn('new'), ccache => $cached, @{ $FAULT{$fault} }, '--keytab', $forge) }) };
    shows_cause 'ticket-old-kvno', "and $fault", $old->('/new'), also => [$fault], certainty => 'likely';
    shows_cause $fault, 'alone, where the old key is kept', $old->('/new/mended');
}

# ---- what stands in the ticket ---------------------------------------------------------------

for my $case (
    ['clock-skew', ['ticket-expired'],              '--client-time', 1000, '--ticket-times', '-7200,-3600'],
    ['clock-skew', ['ticket-not-yet-valid'],        '--client-time', -1000, '--ticket-times', '3600,7200'],
    ['client-mismatch', ['clock-skew'],             '--client', 'bob', '--client-time', 1000],
    ['client-mismatch', ['pac-unverified'],         '--client', 'bob', '--pac', 'damaged'],
    ['authenticator-damaged', ['ticket-expired'],   '--damage', 'authenticator', '--ticket-times', '-7200,-3600'],
    ['authenticator-damaged', ['ticket-not-yet-valid'], '--damage', 'authenticator', '--flags', 'invalid'],
    ['transited-refused', ['clock-skew'],           '--transited', 'MIDDLE.TEST', '--client-time', 1000],
    ['transited-refused', ['ticket-expired'],       '--transited', 'MIDDLE.TEST', '--ticket-times', '-7200,-3600'],
    ['ticket-expired', ['pac-unverified'],          '--ticket-times', '-7200,-3600', '--pac', 'damaged'],
    ['client-mismatch', ['clock-skew', 'ticket-expired', 'pac-unverified'],
        '--client', 'bob', '--client-time', 1000, '--ticket-times', '-7200,-3600', '--pac', 'damaged'],
) {
    my ($first, $also, @args) = @$case;
    shows_cause $first, join(', ', 'and', @$also) . $_->[0], forged('', 'good', @args, @{ $_->[1] }), also => $also
        for ['', []], [', by a client that wants mutual authentication', ['--mutual']];
}
shows_cause 'spn-on-other-account', 'and two faults of the token',
    forged('/account', 'account', '--client-time', 1000, '--ticket-times', '-7200,-3600'),
    also => ['clock-skew', 'ticket-expired'];
shows_cause 'replay', 'and pac-unverified', sub {
    my $token = forge(spn('good'), '--pac', 'damaged', '--mutual', '--keytab', $forge);
    my @ask = ('/two', headers => [@_, "Authorization: Negotiate $token"]);
    $anybody->connection->request(@ask);
    return $anybody->connection->request(@ask);
}, also => ['pac-unverified'];

# A real ticket of seconds, and a server that tolerates one: its token is as old as the ticket by then.
{
    my $conf = $realm->write_krb5_conf('one-second.conf', libdefaults => { clockskew => 1 });
    my $server = NGD::Server->new(name => 'one-second', env => { KRB5_CONFIG => $conf }, conf => <<'EOT');
<Location />
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/two-good.keytab"
  Require valid-user
  SetHandler negotiate-whoami
</Location>
EOT
    my $short = $realm->kinit('alice', ccache => $realm->path('private/alice-short.ccache'), lifetime => '7s');
    my @tokens = tokens(spn('good'), ccache => $short, '--count', 3);
    select undef, undef, undef, 9;
    shows_cause 'clock-skew', 'alone, for a token that was on its way until its ticket had ended',
        sub { my $token = shift @tokens; $server->client->connection->request('/',
            headers => [@_, "Authorization: Negotiate $token"]) },
        also => [], log => sub { $server->log };
}

# A real client, and a server that lives tomorrow.
SKIP: {
    skip 'not applicable: this httpd runs under another tool already', 1 if $ENV{NGD_HTTPD};
    my ($library) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';
    skip 'faketime is not installed', 1 unless $library;
    my $server = NGD::Server->new(name => 'tomorrow', env => { LD_PRELOAD => $library, FAKETIME => '+1d' },
        conf => <<'EOT');
<Location />
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/two-good.keytab"
  Require valid-user
</Location>
EOT
    my $alice = $server->client('alice', host => 'two-good.example.test');
    shows_cause 'clock-skew', 'alone, where the server is a day ahead, for which the ticket has ended',
        sub { $alice->get('/', headers => [@_]) },
        also => [], log => sub { $server->log };
}

# ---- the way, the server and the message -------------------------------------------------------

my $NTLM = 'Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==';
my $offer = decode_base64(scalar forge(spn('good'), '--offer', 'ntlm', '--keytab', $forge));
my $cut = 'Negotiate ' . encode_base64(substr($offer, 0, -9), '');

shows_cause 'tls-required', 'and ntlm-fallback', sending('/tls', $NTLM), status => 403, also => ['ntlm-fallback'];
shows_cause 'ntlm-fallback', 'alone, where TLS is not required', sending('', $NTLM);
shows_cause 'tls-required', 'and basic-not-enabled', sending('/tls', 'Basic YWxpY2U6eA=='), status => 403,
    also => ['basic-not-enabled'];
shows_cause 'tls-required', 'and a ticket, of which nothing is opened', forged('/tls', 'good', '--client-time', 1000),
    status => 403;
shows_cause 'truncated-token', 'and ntlm-fallback', sending('', $cut), also => ['ntlm-fallback'];
shows_cause 'tls-required', 'truncated-token and ntlm-fallback', sending('/tls', $cut), status => 403,
    also => ['truncated-token', 'ntlm-fallback'];
shows_cause 'keytab-missing', 'and ntlm-fallback', sending('/missing', $NTLM), also => ['ntlm-fallback'];
shows_cause 'keytab-missing', 'and a token that is cut off', sending('/missing', $cut),
    also => ['truncated-token', 'ntlm-fallback'];

# ---- a keytab that was good once --------------------------------------------------------------

{
    my $bytes = do { local (@ARGV, $/) = ($torn); <> };
    is sending('/torn', sub { 'Negotiate ' . tokens(spn('torn')) })->()->status, 404, 'a keytab is good' for 1 .. 8;
    open my $out, '>:raw', $torn or die "$torn: $!\n";
    print {$out} substr $bytes, 0, length($bytes) - 5;
    close $out or die "$torn: $!\n";
    $realm->export_keytab($forge, spn('torn'));
    select undef, undef, undef, 2.2;
    shows_cause 'clock-skew', 'alone, where the file is torn and the keys of its older version open the ticket',
        forged('/torn', 'torn', '--client-time', 1000);
    $realm->rotate(undef, spn('torn'));
    shows_cause 'keytab-corrupt', 'and keytab-old-kvno, where an older version of the file is in use',
        sending('/torn', sub { 'Negotiate ' . tokens(spn('torn')) }), also => ['keytab-old-kvno'],
            certainty => 'likely', details => ['old-keys'];
    unlink $torn;
    select undef, undef, undef, 1.2;
    shows_cause 'keytab-missing', 'and keytab-old-kvno, after it is gone',
        sending('/torn', sub { 'Negotiate ' . tokens(spn('torn')) }), also => ['keytab-old-kvno'],
            certainty => 'likely', details => ['old-keys'];
    keytab('torn', keys_of(spn('torn')));
    is sending('/torn', sub { 'Negotiate ' . tokens(spn('torn')) })->()->status, 404,
        'and with a new one nothing is wrong';
}

done_testing;
