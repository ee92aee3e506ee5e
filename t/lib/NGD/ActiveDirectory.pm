package NGD::ActiveDirectory;

# A throw-away Active Directory domain in a folder of its own: Samba as domain
# controller, of which only the KDC runs, on free ports of a loopback address.  It
# takes half a minute to make.  What a realm can do otherwise, it can: kinit(),
# env(), share(), krb5_conf().
#
#   plan skip_all => $_ for NGD::ActiveDirectory::missing();
#   my $ad = NGD::ActiveDirectory->new(dir => $dir, group => 'www-data')->start;
#   $ad->add_spn('HTTP/web.localhost', 'svcweb');
#   my $keytab = $ad->export_keytab('http.keytab', 'HTTP/web.localhost');
#   $ad->set_password('svcweb');            # a new key version
#   my $user = client('alice', realm => $ad);
#
# The domain ends with the object.

use strict;
use warnings FATAL => 'all';

use base 'NGD::Realm';

use Cwd qw(abs_path);
use File::Path qw(remove_tree);
use File::Temp ();
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

use constant {
    ADDRESS    => '127.0.0.2',
    HOST       => 'dc1',
    USERS      => [qw(alice many svcweb svcother)],
    GROUPS     => 700,          # that "many" is in: about 9,500 bytes of ticket
    START_SECS => 30,
    STOP_SECS  => 10,
};

my ($TOOL) = abs_path(__FILE__) =~ m{\A(.*)/NGD/[^/]+\z};
$TOOL .= '/active-directory.py';

# Why it cannot run on this machine; an empty list where it can.
sub missing {
    my @dirs = split /:/, $ENV{PATH};
    for my $name (qw(samba samba-tool)) {
        return "$name is not installed" unless grep { -x "$_/$name" } @dirs;
    }
    # Distributions put the parts of a domain controller into packages of their own.
    my @modules = glob '/usr/lib*/samba/ldb/samba_secrets.so /usr/lib/*/samba/ldb/samba_secrets.so';
    return 'the database modules of a Samba domain controller are not installed' unless @modules;
    return -d '/usr/share/samba/setup' ? () : 'the templates of a new Samba domain are not installed';
}

sub new {
    my ($class, %arg) = @_;
    return $class->SUPER::new(realm => 'AD.EXAMPLE.TEST', %arg);
}

sub address { return ADDRESS }

sub password { my ($self, $user) = @_; return "Passw0rd!of-$user" }

sub start {
    my ($self) = @_;
    $self->{port} //= NGD::Realm::free_port(ADDRESS);
    remove_tree($self->{dir}, { keep_root => 1 });
    $self->_make_folders;
    # A short path: Samba puts sockets there.
    $self->{dc} = File::Temp->newdir('ngd-ad-XXXXXX', TMPDIR => 1);
    $self->_write('krb5.conf', 0644, $self->krb5_conf);
    $self->_write('no-mechanisms', 0644, "# no GSSAPI mechanism beyond the built-in ones\n");
    $self->_tool('provision', $self->{realm}, HOST, ADDRESS, $self->{port}, NGD::Realm::free_port(ADDRESS));
    $self->_tool('fill', GROUPS, map { "$_=" . $self->password($_) } @{ +USERS });
    $self->_start_dc;
    return $self;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    my $end = time + STOP_SECS;
    until (waitpid($pid, WNOHANG) == $pid) {
        kill KILL => $pid if time > $end;
        sleep 0.01;
    }
    return;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!, $@);
    $self->stop if ($self->{owner} // 0) == $$;
    return;
}

# ---- accounts --------------------------------------------------------------------------

sub add_spn    { my ($self, $spn, $account) = @_; return $self->_samba('spn', 'add', $spn, $account) }
sub delete_spn { my ($self, $spn, $account) = @_; return $self->_samba('spn', 'delete', $spn, $account) }

sub move_spn {
    my ($self, $spn, $from, $to) = @_;
    $self->delete_spn($spn, $from);
    return $self->add_spn($spn, $to);
}

# An SPN that another account has, which the directory itself would refuse.
sub duplicate_spn { my ($self, $spn, $account) = @_; return $self->_tool('duplicate', $account, $spn) }

# Returns the new one.
sub set_password {
    my ($self, $account) = @_;
    my $password = 'Passw0rd!' . ++$self->{passwords} . '-of-it';
    $self->_samba('user', 'setpassword', $account, "--newpassword=$password");
    return $password;
}

# As in [MS-KILE] section 2.2.7: 4 is RC4, 24 both AES types.
sub set_enctypes { my ($self, $account, $bits) = @_; return $self->_tool('set', $account, 'msDS-SupportedEncryptionTypes', $bits) }

# Appends the present keys of accounts or SPNs; httpd's children can read it.
sub export_keytab {
    my ($self, $file, @principals) = @_;
    my $path = $self->path($file);
    $self->_samba('domain', 'exportkeytab', "--principal=$_", $path) for @principals;
    return $self->share($path);
}

# Appends the entries of one keytab to another.
sub merge_keytab {
    my ($self, $from, $into) = @_;
    $self->_ktutil('rkt ' . $self->path($from), 'wkt ' . $self->path($into));
    return $self->path($into);
}

# Not from the directory: what ktutil makes of the account's password, with the salt of MIT Kerberos.
sub make_keytab {
    my ($self, $file, $principal, $kvno, $password) = @_;
    my $path = $self->path($file);
    $self->_ktutil("addent -password -p ${\ $self->principal($principal)} -k $kvno -e aes256-cts", $password, "wkt $path");
    return $self->share($path);
}

# ---- workers ---------------------------------------------------------------------------

sub _samba {
    my ($self, @command) = @_;
    return $self->_run('samba-tool', @command, '-s', "$self->{dc}/smb.conf");
}

sub _ktutil {
    my ($self, @lines) = @_;
    return $self->_run('sh', '-c', 'printf "%s\n" "$@" | ktutil', 'sh', @lines);
}

# With the very Python that Samba's library is installed for.
sub _tool {
    my ($self, $command, @args) = @_;
    my ($program) = grep { -x } map { "$_/samba-tool" } split /:/, $ENV{PATH};
    open my $in, '<', $program or die "$program: $!\n";
    my ($python) = <$in> =~ /\A#!\s*(\S+)/ or die "$program is no script\n";
    return $self->_run($python, '-s', $TOOL, $command, "$self->{dc}", @args);
}

sub _start_dc {
    my ($self) = @_;
    my $pid = $self->_launch('private/samba.out', 'samba', '-F', '--no-process-group', '-M', 'single',
        '-l', "$self->{dc}", '-s', "$self->{dc}/smb.conf");
    @$self{qw(pid owner)} = ($pid, $$);
    my $end = time + START_SECS;
    until ($self->_answers) {
        my $ended = waitpid($pid, WNOHANG) == $pid;
        delete $self->{pid} if $ended;
        die 'the domain controller does not start; see ', $self->path('private/samba.out'), "\n" if $ended || time > $end;
        sleep 0.05;
    }
    return;
}

1;
