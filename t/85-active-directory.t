# A domain controller differs from an MIT KDC: it ignores the case of an SPN, lets a machine's account answer for any
# service of the host, counts key versions by account, and puts PACs with all groups into its tickets.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::ActiveDirectory;
use NGD::Cause;
use NGD::Server;

plan skip_all => 'not applicable: what a directory does is the same under every MPM'
    if ($ENV{NGD_MPM} // 'event') ne 'event';
plan skip_all => $_ for NGD::ActiveDirectory::missing();

use constant { SPN => 'HTTP/web.localhost', RC4 => 4, AES => 24 };

my $ad = NGD::ActiveDirectory->new(dir => vars('serverroot') . '/ad', group => $> == 0 ? vars('group') : undef)->start;

# A location for each keytab, all of which may come later.
my $locations = qq(NegotiateExplain Full "expr=%{HTTP:Accept} == 'application/json'"\n) . join '', map { <<"EOT" } qw(first second salt both rc4);
<Location /$_>
  AuthType Negotiate
  NegotiateKeytab "${\ $ad->path("$_.keytab")}"
  Require valid-user
  SetHandler negotiate-whoami
</Location>
EOT
$ad->add_spn(SPN, 'svcweb');
$ad->set_enctypes($_, AES) for qw(svcweb svcother);
$ad->export_keytab('first.keytab', SPN);
my $server = NGD::Server->new(name => 'ad-httpd', conf => $locations, env => { KRB5_CONFIG => $ad->path('krb5.conf') });

# alice as of now, with tickets of her own.
my $sign_ons = 0;
sub alice {
    my ($at) = (@_, $server);
    my $ccache = $ad->kinit('alice', ccache => $ad->path('private/alice' . ++$sign_ons));
    return $at->client('alice', realm => $ad, ccache => $ccache);
}

sub asks { my ($client, $path) = @_; return sub { $client->get($path, headers => [@_]) } }

sub shows { my ($slug, $what, $ask, %opt) = @_; return shows_cause $slug, $what, $ask, log => sub { $server->log }, %opt }

sub lets_in {
    my ($client, $path, $what) = @_;
    my $whoami = $client->get($path, headers => ['Accept: application/json']);
    is $whoami->status, 200, $what or diag $whoami->as_text;
    return $whoami->json;
}

# A token for the SPN in any spelling, where curl would write the host in lower case.
sub spells {
    my ($client, $spn, $path) = @_;
    return sub {
        my $token = tokens($spn, realm => $ad, ccache => $client->{ccache});
        return $server->client->connection->request($path, headers => [@_, "Authorization: Negotiate $token"]);
    };
}

# ---- what is in order ------------------------------------------------------------------------

my $early = alice();
my $whoami = lets_in($early, '/first', 'a ticket of the directory lets its user in');
is $whoami->{authentication}{user}, 'alice@AD.EXAMPLE.TEST', 'who is the one that the directory knows';
is $whoami->{ticket}{pac}, 'verified', "the server's signature of the PAC is found to be good";
is_deeply $whoami->{also}, [], 'and nothing is found to be wrong';
is_deeply [grep { $_->{verdict} eq 'problem' } @{ $whoami->{checks} }], [], 'nor does a step of the checklist say so';
is spells($early, $_, '/first')->()->status, 200, "the directory's ticket for $_ is good as well"
    for 'HTTP/WEB.localhost', 'http/web.localhost';

# ---- the account's password is set again -------------------------------------------------------

my $password = $ad->set_password('svcweb');
is $early->get('/first')->status, 200, 'who has an old ticket is let in with the old keytab';
my $alice = alice();
my $found = shows 'keytab-old-kvno', 'a new ticket after the password was set', asks($alice, '/first'), details => [];
is $found->{token}{ticket}{kvno}, 3, 'its key version is the one that the directory has counted';
shows 'spn-case-mismatch', 'one in another spelling', spells($alice, 'HTTP/WEB.localhost', '/first'),
    certainty => 'likely', details => ['other-version'];
$ad->make_keytab('salt.keytab', SPN, 3, $password);
shows 'wrong-key', 'a keytab that ktutil made of the very password, with a salt of its own', asks($alice, '/salt'),
    details => ['key-from-password'];

$ad->export_keytab('second.keytab', SPN);
lets_in($alice, '/second', 'a new keytab mends it');
shows 'ticket-old-kvno', 'an old ticket for a new keytab', asks($early, '/second'), certainty => 'likely',
    details => ['other-keytab'];

# ---- the SPN is on another account -------------------------------------------------------------

$ad->move_spn(SPN, 'svcweb', 'svcother');
$ad->set_password('svcother');
shows 'wrong-key', 'an SPN that was moved to an account with the same key version', asks(alice(), '/second'),
    details => ['key-from-password'];
$ad->set_password('svcother');
shows 'keytab-old-kvno', 'one with a higher version', asks(alice(), '/second');

$ad->move_spn(SPN, 'svcother', 'DC1$');
$alice = alice();
shows 'ticket-old-kvno', 'one with a lower version', asks($alice, '/second'), certainty => 'likely', details => [];
$ad->export_keytab('both.keytab', 'DC1$');
shows 'no-key-for-acceptor', "a keytab of the machine's account alone", asks($alice, '/both'),
    also => ['spn-on-other-account'];
$ad->merge_keytab('second.keytab', 'both.keytab');
shows 'spn-on-other-account', "a keytab that has the key of the machine's account, too", asks($alice, '/both'),
    details => ['machine-account'];
shows 'spn-on-other-account', "an SPN that no account has, for which the machine's answers",
    spells($alice, 'HTTP/dc1.ad.example.test', '/both'), details => ['machine-account', 'host-differs'];
shows 'ticket-old-kvno', "a key of the machine's account in another keytab", asks($alice, '/second'),
    certainty => 'likely', details => ['other-keytab', 'other-account'];

# ---- two accounts have it -----------------------------------------------------------------------

$ad->move_spn(SPN, 'DC1$', 'svcweb');
$ad->duplicate_spn(SPN, 'svcother');
$alice = alice();
like eval { tokens(SPN, realm => $ad, ccache => $alice->{ccache}) } // $@, qr/failed/, 'there is no ticket for an SPN of two accounts';
shows 'no-token', 'so the client brings none', asks($alice, '/second'), logged => 0;
$ad->delete_spn(SPN, 'svcother');
lets_in(alice(), '/second', 'without the second account it works');

# ---- RC4 ----------------------------------------------------------------------------------------

$ad->set_enctypes('svcweb', RC4);
$alice = alice();
$found = shows 'enctype-missing', 'an account that may use RC4 alone, and a keytab with AES', asks($alice, '/second');
is $found->{token}{ticket}{enctype}, 'rc4-hmac', 'the ticket is sealed with RC4';
$ad->export_keytab('rc4.keytab', SPN);
lets_in($alice, '/rc4', 'the RC4 key opens it');
my $strict = NGD::Server->new(
    name => 'ad-strict',
    conf => $locations,
    env  => { KRB5_CONFIG => $ad->write_krb5_conf('strict.conf', libdefaults => { permitted_enctypes => 'aes256-cts aes128-cts' }) },
);
my $at_strict = $strict->client('alice', realm => $ad, ccache => $alice->{ccache});
shows_cause 'enctype-not-permitted', 'a krb5.conf that does not permit RC4', asks($at_strict, '/rc4'), log => sub { $strict->log };
$ad->set_enctypes('svcweb', AES);

# ---- a user in hundreds of groups -----------------------------------------------------------------

my $token = tokens(SPN, realm => $ad, user => 'many');
shows 'header-too-large', 'a user in hundreds of groups',
    sub { $server->client->connection->request('/second', headers => [@_, 'X-Between: 1', "Authorization: Negotiate $token"]) },
    status => 400, certainty => 'likely';
my $wide = NGD::Server->new(
    name => 'ad-wide',
    conf => "LimitRequestFieldSize 65536\n$locations",
    env  => { KRB5_CONFIG => $ad->path('krb5.conf') },
);
$whoami = lets_in($wide->client('many', realm => $ad), '/second', 'a larger LimitRequestFieldSize lets that user in');
cmp_ok $whoami->{token}{header_bytes}, '>', 8190, 'with a header of more than the usual limit';
is $whoami->{ticket}{pac}, 'verified', 'and a PAC that is good';

done_testing;
