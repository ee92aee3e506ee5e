package NGD::Dialog;

# A client's side of a negotiation that takes two requests: SPNEGO that prefers
# NTLM, which this server does not accept, and offers Kerberos as well.
#
#   my $dialog = NGD::Dialog->new(realm => realm(), user => 'alice');
#   ... $dialog->token ... $dialog->answer($token_of_the_server) ...
#
# The NTLM mechanism is the system's gss-ntlmssp, loaded into the client alone.

use strict;
use warnings FATAL => 'all';

use IPC::Open2 qw(open2);

use NGD::Test ();

# The shared object of gss-ntlmssp, or undef.
sub ntlm_mechanism {
    my ($found) = glob '/usr/lib/*/gssntlmssp/gssntlmssp.so';
    return $found;
}

# The environment in which a client of the realm has NTLM credentials too.
sub ntlm_env {
    my ($realm) = @_;
    my %file = (
        'ntlm-mechanism' => 'gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 ' . ntlm_mechanism() . "\n",
        'ntlm-users'     => "EXAMPLE:alice:ntlm-secret\n",
    );
    for my $name (keys %file) {
        open my $out, '>', $realm->path("private/$name") or die "$name: $!\n";
        print {$out} $file{$name};
        close $out or die "$name: $!\n";
    }
    return (
        GSS_MECH_CONFIG => $realm->path('private/ntlm-mechanism'),
        NTLM_USER_FILE  => $realm->path('private/ntlm-users'),
    );
}

sub new {
    my ($class, %arg) = @_;
    my ($realm, $user) = @arg{qw(realm user)};
    local %ENV = (%ENV, %{ $realm->env(ccache => $realm->kinit($user)) }, ntlm_env($realm));
    my $pid = open2(my $out, my $in, NGD::Test::helper('gsstoken'), $arg{spn} // 'HTTP@web.localhost',
        '--ntlm-first', '--dialog');
    chomp(my $token = <$out> // die "gsstoken ended\n");
    return bless { pid => $pid, in => $in, out => $out, token => $token }, $class;
}

# The first token.
sub token { return $_[0]{token} }

# The next one, after the server's.
sub answer {
    my ($self, $token) = @_;
    print { $self->{in} } "$token\n";
    $self->{in}->flush;
    chomp(my $answer = readline($self->{out}) // die "gsstoken ended\n");
    return $answer;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!);
    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
    return;
}

1;
