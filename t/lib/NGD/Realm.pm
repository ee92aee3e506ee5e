package NGD::Realm;

# A throw-away MIT Kerberos realm in a folder of its own: its KDC listens on a
# free loopback port, and nothing of the machine's own Kerberos configuration is
# read or changed.  From nothing to a first ticket takes about 0.3 s.
#
#   my $realm = NGD::Realm->new(dir => $dir, group => 'www-data')->start;
#   $realm->add_principal('HTTP/web.example.test');
#   my $keytab = $realm->export_keytab('http.keytab', 'HTTP/web.example.test');
#   my $ccache = $realm->kinit('alice');
#   ... with %{ $realm->env(ccache => $ccache) } ...
#   $realm->stop;
#
# Another process takes hold of a running realm with NGD::Realm->attach($dir).
#
# Layout of the folder, which only its owner and `group` can enter:
#   krb5.conf kdc.conf       what KRB5_CONFIG and KRB5_KDC_PROFILE name
#   state.json               what attach() reads
#   kdc.pid                  the KDC that start() started
#   private/                 database, credential caches: the owner's alone
#   rcache/                  the acceptor's replay cache: writable for `group`
#   *.keytab                 readable for `group`

use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(setsid WNOHANG);
use Time::HiRes qw(sleep time);

use constant {
    LOOPBACK     => '127.0.0.1',
    START_SECS   => 10,
    STOP_SECS    => 5,
    # In this order; the first one is the one that people meet.
    USERS        => [qw(alice bob)],
    SERVICES     => [qw(HTTP/web.example.test HTTP/web.localhost HTTP/localhost)],
};

# Debian keeps the KDC's programs where ordinary users do not look.
$ENV{PATH} = join ':', ($ENV{PATH} // '/usr/bin:/bin'), '/usr/sbin', '/sbin';

my @PROGRAMS = qw(krb5kdc kdb5_util kadmin.local kinit);

# The programs that are missing on this machine.
sub missing_programs {
    my @dirs = split /:/, $ENV{PATH};
    return grep { my $name = $_; !grep { -x "$_/$name" } @dirs } @PROGRAMS;
}

# A loopback port that is free for TCP and for UDP now.
sub free_port {
    my ($address) = (@_, LOOPBACK);
    for (1 .. 50) {
        my $tcp = IO::Socket::INET->new(Proto => 'tcp', LocalAddr => $address, LocalPort => 0, Listen => 1)
            or die "no free port on $address: $!\n";
        my $port = $tcp->sockport;
        my $udp = IO::Socket::INET->new(Proto => 'udp', LocalAddr => $address, LocalPort => $port);
        return $port if $udp;
    }
    die "no port is free for both TCP and UDP on $address\n";
}

sub new {
    my ($class, %arg) = @_;
    my $self = bless {
        realm => 'EXAMPLE.TEST',
        group => undef,         # who runs httpd's children; undef: the owner
        port  => undef,
        pkinit => 0,            # also anonymous tickets; needs the KDC's PKINIT module
        %arg,
    }, $class;
    make_path($self->{dir});
    $self->{dir} = abs_path($self->{dir});
    return $self;
}

sub attach {
    my ($class, $dir) = @_;
    open my $in, '<', "$dir/state.json" or die "there is no realm in $dir: $!\n";
    local $/;
    return bless decode_json(<$in>), $class;
}

sub dir   { $_[0]{dir} }
sub name  { $_[0]{realm} }
sub port  { $_[0]{port} }
sub address { LOOPBACK }
sub path  { "$_[0]{dir}/$_[1]" }

# "alice" for "alice@EXAMPLE.TEST" of this realm, and the reverse.
sub principal { my ($self, $name) = @_; return $name =~ /\@/ ? $name : "$name\@$self->{realm}" }

# ---- life ------------------------------------------------------------------

sub start {
    my ($self) = @_;
    if (my @missing = missing_programs()) {
        die "these programs are missing: @missing\n";
    }
    $self->stop;
    remove_tree($self->{dir}, { keep_root => 1 });
    $self->{port} //= free_port();
    $self->_make_folders;
    $self->_make_kdc_certificate if $self->{pkinit};
    $self->_write('krb5.conf', 0644, $self->krb5_conf);
    $self->_write('kdc.conf', 0644, $self->_kdc_conf);
    $self->_write('no-mechanisms', 0644, "# no GSSAPI mechanism beyond the built-in ones\n");
    $self->_run('kdb5_util', 'create', '-s', '-r', $self->{realm}, '-P', 'master');
    $self->kadmin(
        (map { "addprinc -pw ${\ $self->password($_)} $_" } @{ +USERS }),
        (map { "addprinc -randkey $_" } @{ +SERVICES }),
    );
    $self->kadmin('addprinc -randkey WELLKNOWN/ANONYMOUS') if $self->{pkinit};
    $self->export_keytab('http.keytab', @{ +SERVICES });
    $self->_write('state.json', 0600, JSON::PP->new->canonical->encode({%$self}));
    $self->_start_kdc;
    return $self;
}

# Ends the KDC that start() started in this folder, and no other process.
sub stop {
    my ($self) = @_;
    my $pid = $self->running or return;
    kill TERM => $pid;
    my $end = time + STOP_SECS;
    while ($self->running) {
        waitpid $pid, WNOHANG;
        if (time > $end) { kill KILL => $pid; last }
        sleep 0.01;
    }
    waitpid $pid, WNOHANG;
    unlink $self->path('kdc.pid');
    return;
}

# The KDC's process id while it runs.  A pid file may be stale and its number
# may belong to somebody else by now: the command line tells.
sub running {
    my ($self) = @_;
    open my $in, '<', $self->path('kdc.pid') or return;
    my ($pid) = (<$in> // '') =~ /^(\d+)/ or return;
    open my $cmdline, '<', "/proc/$pid/cmdline" or return;
    local $/;
    my $line = <$cmdline> // '';
    return index($line, "krb5kdc") >= 0 && index($line, $self->path('kdc.pid')) >= 0 ? $pid : undef;
}

# ---- principals, keytabs, tickets ------------------------------------------

# Every user's password is known and differs from the other users'.
sub password { my ($self, $user) = @_; return "${user}-secret" }

# Commands for kadmin.local; dies with its words if one of them fails.
sub kadmin {
    my ($self, @commands) = @_;
    my $output = '';
    for my $command (@commands) {
        my $words = $self->_run('kadmin.local', '-r', $self->{realm}, '-q', $command);
        # kadmin.local ends with 0 also where the command failed.
        die "kadmin.local: $command: $words\n" if $words =~ /^(?:\w+: .* while |usage:|kadmin\.local: )/mi;
        $output .= $words;
    }
    return $output;
}

# A user with password => ..., otherwise a service with a random key; flags => "+ok_as_delegate".
sub add_principal {
    my ($self, $name, %opt) = @_;
    my $key = defined $opt{password} ? "-pw $opt{password}" : '-randkey';
    my $enctypes = $opt{enctypes} ? "-e $opt{enctypes}" : '';
    $self->kadmin("addprinc $key $enctypes ${\ ($opt{flags} // '')} $name");
    return $name;
}

# Appends the present keys of the principals to a keytab in the realm's folder,
# which httpd's children can read.  Returns its path.
sub export_keytab {
    my ($self, $file, @principals) = @_;
    my $path = $file =~ m{^/} ? $file : $self->path($file);
    $self->kadmin(map { "ktadd -norandkey -k $path $_" } @principals);
    return $self->share($path);
}

# Gives the principals new keys under a new kvno; a keytab, if named, gets them too.
sub rotate {
    my ($self, $file, @principals) = @_;
    $self->kadmin(map { "cpw -randkey $_" } @principals);
    return defined $file ? $self->export_keytab($file, @principals) : undef;
}

# Lets httpd's children read a file that the owner made, and nobody else.
sub share {
    my ($self, $path) = @_;
    if (defined $self->{group}) {
        my $gid = getgrnam($self->{group}) // die "there is no group $self->{group}\n";
        chown -1, $gid, $path or die "chown $path: $!\n";
        chmod 0640, $path or die "chmod $path: $!\n";
    }
    return $path;
}

# A ticket for a user in a credential cache of its own: its name, for env().
# Options: ccache => path, lifetime => "3s", args => [other options of kinit].
sub kinit {
    my ($self, $user, %opt) = @_;
    my $ccache = 'FILE:' . ($opt{ccache} // $self->path("private/$user.ccache"));
    my @args = (@{ $opt{args} // [] }, $opt{lifetime} ? ('-l', $opt{lifetime}) : ());
    local %ENV = (%ENV, %{ $self->env(ccache => $ccache) });
    my $pid = open my $kinit, '|-';
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDOUT, '>', '/dev/null';
        exec 'kinit', @args, $self->principal($user) or die "kinit: $!\n";
    }
    print {$kinit} $opt{password} // $self->password($user), "\n";
    close $kinit or die "kinit $user failed\n";
    return $ccache;
}

# A ticket of nobody's (RFC 8062).
sub kinit_anonymous {
    my ($self) = @_;
    my $ccache = 'FILE:' . $self->path('private/anonymous.ccache');
    local %ENV = (%ENV, %{ $self->env(ccache => $ccache) });
    system('kinit', '-n', "\@$self->{realm}") == 0 or die "kinit -n failed\n";
    return $ccache;
}

# Is the module there that a realm with pkinit => 1 needs?
sub has_pkinit {
    my @found = glob '/usr/lib*/krb5/plugins/preauth/pkinit.so /usr/lib/*/krb5/plugins/preauth/pkinit.so';
    return scalar @found;
}

# ---- environment -----------------------------------------------------------

# What a process of this realm needs.  All that could lead it to the machine's
# own keytabs, caches and mechanisms points to nothing.
sub env {
    my ($self, %opt) = @_;
    return {
        KRB5_CONFIG        => $opt{krb5_conf} // $self->path('krb5.conf'),
        KRB5_KDC_PROFILE   => $self->path('kdc.conf'),
        KRB5CCNAME         => $opt{ccache} // 'FILE:' . $self->path('private/none.ccache'),
        KRB5_KTNAME        => 'FILE:' . $self->path('none.keytab'),
        KRB5_CLIENT_KTNAME => 'FILE:' . $self->path('none.keytab'),
        KRB5RCACHENAME     => 'file2:' . $self->path('rcache/replay'),
        GSS_MECH_CONFIG    => $opt{mechanisms} // $self->path('no-mechanisms'),
    };
}

# The text of a krb5.conf for this realm; libdefaults => { clockskew => 1 } adds to it, and
# realms => [other NGD::Realm objects] makes theirs known, of which the first one has the hosts.
sub krb5_conf {
    my ($self, %opt) = @_;
    my ($realm, $dir, $port) = @$self{qw(realm dir port)};
    my $domain = lc $realm;
    my $more = join '', map { "    $_ = $opt{libdefaults}{$_}\n" } sort keys %{ $opt{libdefaults} // {} };
    my @others = @{ $opt{realms} // [] };
    my $kdcs = join '', map { "    $_->{realm} = {\n        kdc = ${\ LOOPBACK}:$_->{port}\n    }\n" } @others;
    my $hosts = @others ? $others[0]{realm} : $realm;
    return <<"EOT";
[libdefaults]
    default_realm = $realm
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    qualify_shortname = ""
    udp_preference_limit = 1
    forwardable = true
    default_ccache_name = FILE:$dir/private/default.ccache
$more
[realms]
    $realm = {
        kdc = ${\ $self->address}:$port
${\ $self->_pkinit('pkinit_anchors', 'kdc.crt') }    }
$kdcs
[domain_realm]
    .$domain = $realm
    $domain = $realm
    .localhost = $hosts
    localhost = $hosts
EOT
}

# Writes such a text into the realm's folder, readable for all; returns its path.
sub write_krb5_conf {
    my ($self, $file, %opt) = @_;
    return $self->_write($file, 0644, $self->krb5_conf(%opt));
}

sub _kdc_conf {
    my ($self) = @_;
    my ($realm, $dir, $port) = @$self{qw(realm dir port)};
    return <<"EOT";
[kdcdefaults]
    kdc_listen = ${\ LOOPBACK}:$port
    kdc_tcp_listen = ${\ LOOPBACK}:$port

[realms]
    $realm = {
        database_module = db
        database_name = $dir/private/principal
        key_stash_file = $dir/private/stash
        acl_file = $dir/private/kadm5.acl
        max_life = 10h
        max_renewable_life = 7d
        supported_enctypes = aes256-cts:normal aes128-cts:normal
        default_principal_flags = +preauth
${\ $self->_pkinit('pkinit_identity', 'kdc.crt,private/kdc.key') }${\ $self->_pkinit('pkinit_anchors', 'kdc.crt') }    }

[dbmodules]
    db = {
        db_library = db2
        disable_last_success = true
        disable_lockout = true
    }

[logging]
    kdc = FILE:$dir/private/kdc.log
    default = FILE:$dir/private/krb5.log
EOT
}

# A line of krb5.conf or kdc.conf that names files of the realm's folder.
sub _pkinit {
    my ($self, $setting, $files) = @_;
    return '' unless $self->{pkinit};
    my $paths = join ',', map { $self->path($_) } split /,/, $files;
    return "        $setting = FILE:$paths\n";
}

# ---- workers ---------------------------------------------------------------

sub _make_folders {
    my ($self) = @_;
    my $dir = $self->{dir};
    chmod 0700, $dir or die "chmod $dir: $!\n";
    mkdir "$dir/private", 0700 or die "mkdir $dir/private: $!\n";
    mkdir "$dir/rcache", 0700 or die "mkdir $dir/rcache: $!\n";
    return unless defined $self->{group};
    my $gid = getgrnam($self->{group}) // die "there is no group $self->{group}\n";
    chown -1, $gid, $dir, "$dir/rcache" or die "chown $dir: $!\n";
    chmod 0710, $dir;
    chmod 0770, "$dir/rcache";
    return;
}

# The KDC's own certificate, as RFC 4556 section 3.2.4 wants it.
sub _make_kdc_certificate {
    my ($self) = @_;
    my $realm = $self->{realm};
    my $request = $self->_write('private/kdc.cnf', 0600, <<"EOT");
[req]
distinguished_name = name
prompt = no
[name]
CN = KDC of $realm
[kdc]
basicConstraints = CA:TRUE
extendedKeyUsage = 1.3.6.1.5.2.3.5
subjectAltName = otherName:1.3.6.1.5.2.2;SEQUENCE:kdc_principal_name
[kdc_principal_name]
realm = EXP:0, GeneralString:$realm
principal_name = EXP:1, SEQUENCE:kdc_principal
[kdc_principal]
name_type = EXP:0, INTEGER:2
name_string = EXP:1, SEQUENCE:kdc_components
[kdc_components]
first = GeneralString:krbtgt
second = GeneralString:$realm
EOT
    $self->_run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-sha256',
        '-config', $request, '-extensions', 'kdc',
        '-keyout', $self->path('private/kdc.key'), '-out', $self->path('kdc.crt'));
    return;
}

sub _write {
    my ($self, $file, $mode, $text) = @_;
    my $path = $self->path($file);
    open my $out, '>', $path or die "$path: $!\n";
    print {$out} $text;
    close $out or die "$path: $!\n";
    chmod $mode, $path;
    return $path;
}

# The words of a program that must succeed.
sub _run {
    my ($self, @command) = @_;
    local %ENV = (%ENV, %{ $self->env });
    my $pid = open my $out, '-|';
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        open STDIN, '<', '/dev/null';
        exec @command or die "$command[0]: $!\n";
    }
    my $words = do { local $/; <$out> } // '';
    close $out or die "@command failed: $words\n";
    return $words;
}

# A server in a session of its own, whose words go into that file; gives its pid.
sub _launch {
    my ($self, $out, @command) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        %ENV = (%ENV, %{ $self->env });
        setsid();
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', $self->path($out);
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }
    return $pid;
}

sub _start_kdc {
    my ($self) = @_;
    my $pid = $self->_launch('private/kdc.out', 'krb5kdc', '-n', '-r', $self->{realm}, '-P', $self->path('kdc.pid'));
    my $end = time + START_SECS;
    until ($self->_answers && $self->running) {
        if (waitpid($pid, WNOHANG) == $pid || time > $end) {
            kill TERM => $pid;
            die "the KDC does not start; see ", $self->path('private/kdc.log'), "\n";
        }
        sleep 0.01;
    }
    return;
}

sub _answers {
    my ($self) = @_;
    return IO::Socket::INET->new(Proto => 'tcp', PeerAddr => $self->address, PeerPort => $self->{port});
}

1;
