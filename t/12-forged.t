# Tokens that no honest client sends: bare GSSAPI's verdict, its reason, and that the module's verdict is the same.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use constant {
    SPN     => 'HTTP/web.localhost',
    FOREIGN => 'HTTP/unshared.example.test',     # its key is not in the server's keytab
};

my $server_keytab = realm()->path('http.keytab');
realm()->add_principal(FOREIGN);
my $keytab = realm()->export_keytab('forge.keytab', SPN, FOREIGN);
my @alice = (ccache => realm()->kinit('alice'));
my $client = client();

sub at_the_module {
    my ($token) = @_;
    return $client->get('/nego/', headers => ["Authorization: Negotiate $token"]);
}

# RFC 4120 section 7.5.9; what is not there is MIT's own.
my %CODE = (
    'the cipher is damaged'             => 31,
    'the ticket has expired'            => 32,
    'the ticket is not yet valid'       => 33,
    'the ticket is for somebody else'   => 35,
    'client and ticket do not match'    => 36,
    'the clocks differ'                 => 37,
    'the message is of a wrong type'    => 40,
    'the way here is not trusted'       => 43,
    'the key version is not there'      => 44,
    'the ticket is marked invalid'      => 145,
);

sub is_refused {
    my ($what, $reason, @args) = @_;
    subtest "$what is refused" => sub {
        my $bare = forge(SPN, @alice, @args, '--mech', 'krb5', '--keytab', $keytab);
        my $token = forge(SPN, @alice, @args, '--keytab', $keytab);
        is judge_why($server_keytab, $bare), "refuse $CODE{$reason}", "bare GSSAPI says that $reason";
        is judge($server_keytab, $token), 'refuse', 'and refuses it in SPNEGO too';
        for my $sent (['alone', $bare], ['in SPNEGO', $token]) {
            my $answer = at_the_module($sent->[1]);
            is $answer->status, 401, "the module refuses it $sent->[0]";
            is $answer->header('X-Remote-User') // '', '', 'nobody is signed on';
        }
    };
}

sub is_accepted {
    my ($what, @args) = @_;
    subtest "$what is accepted" => sub {
        my $bare = forge(SPN, @alice, @args, '--mech', 'krb5', '--keytab', $keytab);
        my $token = forge(SPN, @alice, @args, '--keytab', $keytab);
        is judge($server_keytab, $_), 'accept alice@EXAMPLE.TEST', 'bare GSSAPI accepts it' for $bare, $token;
        for my $sent (['alone', $bare], ['in SPNEGO', $token]) {
            my $answer = at_the_module($sent->[1]);
            is $answer->status, 200, "the module accepts it $sent->[0]" or diag $answer->as_text;
            is $answer->header('X-Remote-User'), 'alice@EXAMPLE.TEST', 'and signs alice on';
        }
    };
}

# ---- nothing is changed ------------------------------------------------------------

is_accepted('a forged token without a change');
is_accepted('a client that wants proof of the server', '--mutual');

my @several = forge(SPN, @alice, '--count', 3);
is scalar @several, 3, 'several tokens can be had of one ticket';
is at_the_module($_)->status, 200, 'each of them is accepted' for @several;
is at_the_module($several[0])->status, 401, 'and only once';
is judge($server_keytab, scalar forge(SPN, user => 'bob')), 'accept bob@EXAMPLE.TEST', 'another client can be named';

# ---- what the acceptor checks --------------------------------------------------------

is_refused('a client whose clock is ten minutes late',  'the clocks differ', '--client-time', -600);
is_refused('a client whose clock is ten minutes early', 'the clocks differ', '--client-time', 600);
is_refused('a ticket that ended an hour ago',   'the ticket has expired', '--ticket-times', '-7200,-3600');
is_refused('a ticket that begins in an hour',   'the ticket is not yet valid', '--ticket-times', '3600,7200');
is_refused('a ticket that is marked invalid',   'the ticket is marked invalid', '--flags', 'invalid');
is_refused("another client's authenticator",    'client and ticket do not match', '--client', 'bob');
is_refused('a damaged authenticator',           'the cipher is damaged', '--damage', 'authenticator');
is_refused('a damaged ticket',                  'the cipher is damaged', '--damage', 'ticket');
is_refused('a damaged ticket of an unknown key version', 'the key version is not there',
    '--damage', 'ticket', '--kvno', 9);
is_refused('a client that comes by way of a realm without trust', 'the way here is not trusted',
    '--transited', 'MIDDLE.TEST');

# ---- another key -----------------------------------------------------------------------

is_refused("a ticket sealed with another service's key", 'the cipher is damaged', '--seal', FOREIGN);
is_refused("the same with an unknown key version",       'the key version is not there', '--seal', FOREIGN, '--kvno', 9);
is_refused("the same without a key version",             'the key version is not there', '--seal', FOREIGN, '--no-kvno');
is_refused('the same in that service\'s name',           'the ticket is for somebody else',
    '--seal', FOREIGN, '--sname', FOREIGN);
is_refused('the same in the name of another realm',      'the ticket is for somebody else',
    '--seal', FOREIGN, '--realm', 'OTHER.TEST');
is_refused('the same to be opened with a session key',   'the cipher is damaged', '--seal', FOREIGN, '--user2user');

# ---- what the acceptor does not check: the key that opens the ticket decides -----------------

is_accepted('an unknown key version',               '--kvno', 9);
is_accepted('a ticket without a key version',       '--no-kvno');
is_accepted('a ticket that claims another service', '--sname', 'HTTP/other.example.test');
is_accepted('a ticket that claims another realm',   '--realm', 'OTHER.TEST');
is_accepted('a ticket that claims to be user-to-user', '--user2user');
is_accepted('a PAC whose signature does not verify', '--pac', 'damaged');
is_accepted('an authenticator without a checksum',  '--no-checksum');

# ---- no ticket at all ------------------------------------------------------------------------

for my $case (
    ['an offer of IAKERB alone', '--offer', 'iakerb'],
    ['an offer of NegoEx alone', '--offer', 'negoex'],
    ['an offer of NTLM alone',   '--offer', 'ntlm'],
    ['NTLM without SPNEGO',      '--offer', 'raw-ntlm'],
    ["SPNEGO's later leg as the first", '--response'],
) {
    my ($what, @args) = @$case;
    my $token = forge(SPN, @alice, @args);
    is judge($server_keytab, $token), 'refuse', "bare GSSAPI refuses $what";
    is at_the_module($token)->status, 401, 'and so does the module';
}

my $error = forge(SPN, @alice, '--krb-error', 37, '--mech', 'krb5');
is judge_why($server_keytab, $error), "continue $CODE{'the message is of a wrong type'}",
    "bare GSSAPI answers a KRB-ERROR that the message is of a wrong type";
is at_the_module($_)->status, 401, 'the module signs nobody on for it' for $error, scalar forge(SPN, @alice, '--krb-error', 37);

done_testing;
