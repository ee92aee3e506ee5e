# Tickets that the keytab's keys do not open, or may not: each mistake has its cause, and no other one is named.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Cause;
use NGD::Keytab;
use NGD::Server;

my $realm = realm();
my $REALM = $realm->name;

sub host { return "$_[0].example.test" }
sub spn { return 'HTTP/' . host($_[0]) }

# ---- keytabs with mistakes in them ---------------------------------------------

# A service of its own at the KDC; its keys.
sub service {
    my ($name, %opt) = @_;
    $realm->add_principal(spn($name), %opt);
    return keys_of(spn($name));
}

sub keys_of { return NGD::Keytab::of($realm, @_) }

sub keytab {
    my ($name, @entries) = @_;
    return $realm->share(NGD::Keytab::write($realm->path("key-$name.keytab"), @entries));
}

sub renamed { my ($name, @entries) = @_; return map { NGD::Keytab::with($_, principal => "$name\@$REALM") } @entries }

# The same entries with keys that open nothing.
sub spoilt { return map { NGD::Keytab::with($_, key => $_->{key} ^ "\1" x length $_->{key}) } @_ }

# What ktutil makes of a password; salt => where it is not the principal's own.
sub typed {
    my ($principal, $password, %opt) = @_;
    my $path = $realm->path('private/typed.keytab');
    $principal .= "\@$REALM" if $principal !~ /\@/;
    my $salt = $opt{salt} ? "-s $opt{salt}" : '';
    unlink $path;
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $principal -k 1 -e aes256-cts-hmac-sha1-96 $salt\n$password\nwkt $path\nquit\n";
    close $ktutil or die "ktutil failed\n";
    return NGD::Keytab::read($path);
}

# ---- clients -------------------------------------------------------------------

# curl at the service's own address.
sub curl {
    my ($name, %opt) = @_;
    my $client = client('alice', host => host($opt{service} // $name), $opt{ccache} ? (ccache => $opt{ccache}) : ());
    return sub { $client->get("/key/$name", headers => [@_]) };
}

sub sent {
    my ($path, $host, $make, @more) = @_;
    return sub {
        my $token = $make->();
        return client()->connection->request("/key/$path", host => $host,
            headers => [@_, @more, "Authorization: Negotiate $token"]);
    };
}

# A forged token at the service's own address; its keys are in a keytab of their own.
sub forged {
    my ($path, $name, @args) = @_;
    return sent($path, host($name),
        sub { scalar forge(spn($name), @args, '--keytab', $realm->path('private/forge.keytab')) });
}

sub status { my ($ask) = @_; return $ask->('Accept: text/plain')->status }
sub explanation { return $_[0]{cause}{explanation} }

# ---- before anybody asks ------------------------------------------------------------

my @plain = service('plain');
service('foreign');
keytab('plain', @plain);
$realm->export_keytab('private/forge.keytab', spn($_)) for qw(plain foreign);

my @case = service('case');
keytab('case', renamed('http/case.example.test', @case), @plain);
keytab('case-alone', renamed('http/case.example.test', @case));
service('case-salt', password => 'Secret');
keytab('case-salt', typed('HTTP/CASE-SALT.EXAMPLE.TEST', 'Secret'));
keytab('case-fits', renamed('HTTP/CASE-FITS.Example.Test', service('case-fits')));
service('case-realm', password => 'Secret');
keytab('case-realm', typed(spn('case-realm') . '@example.test', 'Secret'));
my @case_account = service('case-account');
keytab('case-account', renamed('http/case-account.example.test', spoilt(@case_account)),
    renamed('CASEACCOUNT$', @case_account), @plain);
my @case_both = service('case-both');
keytab('case-both', renamed('HTTP/CASE-BOTH.example.test', spoilt(@case_both)), spoilt(@case_both));

my ($machine, $of_host, $of_user) = map { [service($_)] } qw(machine host user);
keytab('machine', renamed('WEB$', @$machine), @plain);
keytab('machine-alone', renamed('WEB$', @$machine), renamed('host/web.example.test', @$machine));
keytab('host', renamed('host/web.example.test', @$of_host), @plain);
keytab('user', renamed('svc-web', @$of_user), @plain);

my @alias = service('alias');
my @names = (renamed('WEB$', @alias), renamed('host/web.example.test', @alias));
keytab('alias', @names, @alias, renamed('HTTP/alias-two.example.test', @alias), @names);
$realm->export_keytab('private/forge.keytab', spn('alias'));

my @new = service('new');
$realm->rotate(undef, spn('new'));
keytab('new', @new);
keytab('zero', map { NGD::Keytab::with($_, kvno => 0) } spoilt(service('zero')));
keytab('zero-fits', map { NGD::Keytab::with($_, kvno => 0) } service('zero-fits'));
my @renewed = service('renewed');
keytab('renewed', @renewed);
$realm->rotate(undef, spn('renewed'));
keytab('renewed-elsewhere', keys_of(spn('renewed')));

# Tickets that stay in the cache while the keys change.
my $cached = $realm->kinit('alice', ccache => $realm->path('private/alice-old.ccache'));
service($_) for qw(old between);
tokens(spn($_), ccache => $cached) for 'old';
$realm->rotate(undef, spn('old'));
keytab('old', keys_of(spn('old')));
my @first = keys_of(spn('between'));
$realm->rotate(undef, spn('between'));
tokens(spn('between'), ccache => $cached);
$realm->rotate(undef, spn('between'));
keytab('between', @first, keys_of(spn('between')));

keytab('enctype', grep { $_->{enctype} == NGD::Keytab::AES128 } service('enctype'));

service($_, password => 'Secret') for qw(password salt);
keytab('password', typed(spn('password'), 'secret'));
keytab('salt', typed(spn('salt'), 'Secret', salt => "${REALM}HTTPSalt.example.test"));
my @twin = service('twin');
keytab('twin', spoilt(@twin));
keytab('twin-elsewhere', @twin);

keytab('realm', map { NGD::Keytab::with($_, principal => spn('realm') . '@OTHER.TEST') } spoilt(service('realm')));
keytab('realm-fits', map { NGD::Keytab::with($_,
    principal => spn('realm-fits') . '@OTHER.TEST') } service('realm-fits'));
my @site = service('site');
keytab('site', @site);
keytab('realm-site', map { NGD::Keytab::with($_, principal => spn('site') . '@OTHER.TEST') } spoilt(@site));

my @one = service('one');
my @two = service('two');
$realm->add_principal('host/one.example.test');
keytab('names', @one, @two, keys_of('host/one.example.test'));
keytab('names-wrong', @one, spoilt(@two));

keytab('krbtgt', @alias);
select undef, undef, undef, 2.2;    # every process has looked again
error_log();

# ---- no ticket for a service --------------------------------------------------------

my $json = shows_cause 'not-a-service-ticket', 'a ticket-granting ticket',
    sent('plain', host('plain'), sub { scalar tokens("krbtgt/$REALM") });
like explanation($json), qr{for krbtgt/EXAMPLE\.TEST\@EXAMPLE\.TEST:.*would be for HTTP/plain\.example\.test\.}s,
    'the explanation names both tickets';
shows_cause 'not-a-service-ticket', "a ticket that is sealed with another user's session key",
    forged('plain', 'plain', '--seal', spn('foreign'), '--user2user');
is status(forged('plain', 'plain', '--user2user')), 404, 'what only claims to be user-to-user is let in';
is status(forged('plain', 'plain', '--sname', "krbtgt/$REALM")), 404,
    'and what only claims to be a ticket-granting ticket';
shows_cause 'clock-skew', 'of either, if the key opens it, its clock is told',
    forged('plain', 'plain', '--client-time', 1000, @$_) for ['--user2user'], ['--sname', "krbtgt/$REALM"];

# ---- encryption that krb5.conf does not permit ----------------------------------------

{
    my @rc4 = service('rc4', enctypes => 'rc4-hmac:normal');
    my @wrong = service('rc4-wrong', enctypes => 'rc4-hmac:normal');
    my @missing = service('rc4-missing', enctypes => 'rc4-hmac:normal');
    my @session = service('session');
    $realm->kadmin('setstr ' . spn('session') . ' session_enctypes aes128-cts');
    keytab('rc4', @rc4, spoilt(@wrong), @session,
        renamed('RC4$', service('rc4-account', enctypes => 'rc4-hmac:normal')),
        map { NGD::Keytab::with($_, principal => spn('rc4-missing') . "\@$REALM") } @plain);
    my $conf = $realm->write_krb5_conf('aes256-only.conf', libdefaults => { permitted_enctypes => 'aes256-cts' });
    my $server = NGD::Server->new(name => 'aes256-only', env => { KRB5_CONFIG => $conf }, conf => <<'EOC');
<Location />
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/key-rc4.keytab"
  Require valid-user
  NegotiateExplain Full "expr=true"
  SetHandler negotiate-whoami
</Location>
EOC
    my $at = sub { my ($name) = @_; my $client = $server->client('alice', host => host($name)); return sub { $client->get('/', headers => [@_]) } };
    my %log = (log => sub { $server->log });
    $json = shows_cause 'enctype-not-permitted', "a ticket of a type that the server's krb5.conf does not permit",
        $at->('rc4'), %log;
    like explanation($json), qr/sealed with rc4-hmac/, 'the explanation names the type';
    $json = shows_cause 'enctype-not-permitted', 'a permitted ticket with a session key of such a type',
        $at->('session'), %log;
    like explanation($json), qr/sealed with aes256.*or the one of the session key/s,
        'the explanation says that it can be that one';
    shows_cause 'enctype-not-permitted', 'a ticket that opens with another account\'s key of such a type',
        $at->('rc4-account'), %log;
    shows_cause 'enctype-not-permitted', 'a ticket of such a type that the key does not open', $at->('rc4-wrong'), %log,
        certainty => 'likely';
    shows_cause 'enctype-missing', 'a ticket of such a type for which there is no key of that type',
        $at->('rc4-missing'), %log;
    shows_cause 'spn-not-in-keytab', 'a permitted type does not matter where the service is missing', $at->('foreign'),
        %log;
}

# ---- upper and lower case ------------------------------------------------------------

$json = shows_cause 'spn-case-mismatch', 'the service in lower case, whose key opens the ticket', curl('case');
like explanation($json),
    qr{for HTTP/case\.example\.test\@EXAMPLE\.TEST\..*has http/case\.example\.test\@EXAMPLE\.TEST:}s,
    'the explanation has both spellings';
shows_cause 'spn-case-mismatch', 'the host in upper case, with the key that this spelling makes of the password',
    curl('case-salt'), certainty => 'likely', details => [];
shows_cause 'spn-case-mismatch', 'the realm in lower case, with the key that this spelling makes of the password',
    curl('case-realm'), certainty => 'likely', details => [];
is status(curl('case-fits')), 404, 'another spelling whose key fits is let in';
shows_cause 'no-key-for-acceptor', 'the service in lower case and nothing else', curl('case-alone', service => 'case'),
    also => ['spn-case-mismatch'];
shows_cause 'spn-on-other-account', 'another spelling that does not open the ticket beside an account that does',
    curl('case-account');
shows_cause 'wrong-key', 'another spelling beside the right one with a wrong key', curl('case-both');

# ---- another account --------------------------------------------------------------------

$json = shows_cause 'spn-on-other-account', "a machine account's key", curl('machine'), details => ['machine-account'];
like explanation($json), qr{for HTTP/machine\.example\.test\@EXAMPLE\.TEST,.*the key of WEB\$\@EXAMPLE\.TEST,}s,
    'the explanation has both names';
shows_cause 'spn-on-other-account', "a host's key", curl('host'), details => ['machine-account'];
shows_cause 'spn-on-other-account', "a user's key", curl('user'), details => [];
is status(curl('machine/any', service => 'machine')), 404, 'Any lets it in';
shows_cause 'no-key-for-acceptor', "a machine account's key and no other", curl('machine-alone', service => 'machine'),
    also => ['spn-on-other-account'];

# Accounts of Active Directory have one key for all of their names.
is status(curl('alias')), 404, 'one key under many names is let in';
is status(forged('alias', 'alias', '--sname', 'HTTP/alias-three.example.test')), 404,
    'also for a name that is not among them';
is status(forged('alias/one', 'alias', '--sname', 'HTTP/alias-two.example.test')), 404,
    'also for one that only that key lets in';
for my $case (
    ['alias',     'HTTP/alias-three.example.test', 'for a name that is not in the keytab'],
    ['alias/one', 'HTTP/alias-two.example.test',   'for a name that the acceptor does not admit'],
) {
    my ($path, $name, $what) = @$case;
    shows_cause 'authenticator-damaged', "$what, the key is not what is wrong if an admitted name has it",
        forged($path, 'alias', '--sname', $name, '--damage', 'authenticator');
    shows_cause 'clock-skew', "$what, nor is it if the clock is",
        forged($path, 'alias', '--sname', $name, '--client-time', -1000);
}

# ---- key versions -------------------------------------------------------------------------

$json = shows_cause 'keytab-old-kvno', 'a key that was changed at the KDC alone', curl('new'), details => [];
like explanation($json), qr/key version 2; the newest one in the keytab is 1\./, 'the explanation has both versions';
shows_cause 'keytab-old-kvno', 'the same, where another keytab of this server was renewed', curl('renewed'),
    details => ['other-keytab'];
shows_cause 'keytab-old-kvno', 'a version beyond 16 bits',
    forged('plain', 'plain', '--seal', spn('foreign'), '--kvno', $_)
    for 131073, 131074;
shows_cause 'keytab-old-kvno', 'an entry whose writer knew no version', curl('zero'), certainty => 'likely';
is status(curl('zero-fits')), 404, 'such an entry whose key fits is let in';
is status(forged('plain', 'plain', '--kvno', $_)), 404, "the version $_ is let in if the key opens the ticket" for 0, 9,
    131073, 4294967295;
$json = shows_cause 'ticket-old-kvno', 'a ticket that the client got before the key was changed',
    curl('old', ccache => $cached),
    certainty => 'likely', details => [];
like explanation($json), qr/key version 1; the keytab has only 2 /, 'the explanation has both versions';
shows_cause 'ticket-old-kvno', 'a ticket between two versions of the keytab', curl('between', ccache => $cached),
    certainty => 'likely';

# ---- encryption types ------------------------------------------------------------------------

$json = shows_cause 'enctype-missing', 'a keytab without the type of the ticket', curl('enctype'), details => [];
like explanation($json),
    qr/key version 1, is sealed with aes256-cts-hmac-sha1-96\b.*with aes128-cts-hmac-sha1-96 only/s,
    'the explanation has both types';

# ---- the wrong key --------------------------------------------------------------------------

$json = shows_cause 'wrong-key', 'a password that was typed wrong', curl('password'), details => ['key-from-password'];
like explanation($json),
    qr/has HTTP\/password\.example\.test\@EXAMPLE\.TEST with key version 1 and aes256-cts-hmac-sha1-96/,
    'the explanation has the entry';
shows_cause 'wrong-key', 'the right password with another salt', curl('salt'), details => ['key-from-password'];
shows_cause 'wrong-key', 'the same name and version with another key', curl('twin'), details => ['other-keytab'];
$json = shows_cause 'wrong-key', 'a ticket that does not say its version',
    forged('plain', 'plain', '--seal', spn('foreign'), '--no-kvno'),
    certainty => 'likely';
unlike explanation($json), qr/version 0|version unknown|version ,/,
    'the explanation does not make one up' or diag explanation($json);

# ---- another realm ------------------------------------------------------------------------------

$json = shows_cause 'realm-mismatch', 'the service in another realm', curl('realm');
like explanation($json),
    qr{for HTTP/realm\.example\.test\@EXAMPLE\.TEST\..*is HTTP/realm\.example\.test\@OTHER\.TEST\.}s,
    'the explanation has both realms';
is status(curl('realm-fits')), 404, 'another realm whose key fits is let in';
shows_cause 'keytab-of-other-site', 'the service in another realm, while another keytab opens the ticket',
    curl('realm-site', service => 'site');

# ---- another site ---------------------------------------------------------------------------------

$json = shows_cause 'keytab-of-other-site', "a ticket for another site's keytab", curl('plain', service => 'site'),
    details => [];
like explanation($json), qr{but another keytab, which this server uses for another site}, 'it is explained';
like $json->{cause}{fix}[0]{command}, qr{\ANegotiateKeytab \S+/key-site\.keytab\z}, 'and the first fix names that keytab';
shows_cause 'keytab-of-other-site', 'whatever the ticket claims to be for',
    forged('site', 'alias', '--sname', "krbtgt/$REALM");

# ---- no such service --------------------------------------------------------------------------------

$json = shows_cause 'spn-not-in-keytab', 'a service that no keytab has', curl('plain', service => 'foreign'),
    details => [];
like explanation($json), qr{for HTTP/foreign\.example\.test\@EXAMPLE\.TEST\.}, 'the explanation names it';
my $foreign = sub { scalar tokens(spn('foreign')) };
shows_cause 'spn-not-in-keytab', 'a service of another host than the address', sent('plain', host('plain'), $foreign),
    details => ['host-differs'];
shows_cause 'spn-not-in-keytab', 'the same through a proxy, which may ask for a host of its own',
    sent('plain', host('plain'), $foreign, 'Via: 1.1 proxy'), details => [];
shows_cause 'spn-not-in-keytab', 'the address in another case, with a port and a dot at the end',
    sent('plain', 'FOREIGN.example.test.:8080', $foreign), details => [];
$realm->add_principal('HTTP/port.example.test:8080');
shows_cause 'spn-not-in-keytab', 'a service with the port in its name',
    sent('plain', 'port.example.test:8080', sub { scalar tokens('HTTP/port.example.test:8080') }), details => ['port'];

# ---- the acceptor's name --------------------------------------------------------------------------------

$json = shows_cause 'acceptor-name-mismatch', 'a name for another host', curl('names/one', service => 'two'),
    details => [];
like explanation($json),
    qr{for HTTP/two\.example\.test\@EXAMPLE\.TEST,.*NegotiateAcceptorName HTTP\@one\.example\.test does not}s,
    'the explanation has both names';
shows_cause 'acceptor-name-mismatch', 'HTTP, for a ticket of another service',
    sent('names', host('one'), sub { scalar tokens('host/one.example.test') }), details => [];
shows_cause 'acceptor-name-mismatch', 'Host, for a ticket of another host',
    sent('names/host', host('one'), sub { scalar tokens(spn('two')) }), details => ['host-differs'];
is status(curl('names/host', service => 'two')), 404, 'Host lets it in at its own address';
shows_cause 'wrong-key', 'a name that is not admitted, and whose key is wrong as well',
    curl('names-wrong', service => 'two'),
    also => ['acceptor-name-mismatch'];

done_testing;
