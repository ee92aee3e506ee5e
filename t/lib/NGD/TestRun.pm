package NGD::TestRun;

# Apache::TestRun for a server without mod_perl, with a KDC beside it.
#
# Nothing is written into the source tree: the suites run in a folder of the
# build, t-run, with the layout that Apache::Test expects and links to the
# sources.  It is made anew for each run and removed by none, so that the logs of
# a failure stay.  Where httpd's children could not reach that folder (a build
# below a private home, run by root) it lies under the folder for temporary files
# and is removed at the end.
#
# A full run happens in a network namespace of its own, where the system allows
# it: no port can be taken and no browser can reach the outside.

use strict;
use warnings FATAL => 'all';

use base 'Apache::TestRun';

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use File::Temp ();
use FindBin;
use IO::Handle;
use TAP::Parser;
use Time::HiRes qw(time);

use NGD::Realm;

my $SOURCE = $FindBin::RealBin;             # the folder t/ of the sources
my @MPMS   = qw(event worker prefork);

my $build;          # top of the build that is tested
my $run;            # where Apache::Test works; its ServerRoot is $run/t
my $owner = 0;      # the process that has to clean up
my $removable;      # holds $run, if that has to go at the end
my $failed = 0;     # a test failed in a TAP run
my $tap;            # in a TAP run, where the results go; Apache::Test's chatter goes to standard error
my $begun = 0;      # the first suite has been started
my $planned = 0;    # the TAP stream is whole

# ---- coordination ----------------------------------------------------------

sub main {
    my ($class, @argv) = @_;
    # An option that works on a server that runs already, or leaves one running.
    my $manual = grep { /^--?(?:start-httpd|stop-httpd|run-tests|ping|clean|help|debug)/ } @argv;
    my $fresh  = !grep { /^--?(?:stop-httpd|run-tests|ping|clean|help)/ } @argv;

    isolate(@argv) unless $manual;
    separate_tap() if $ENV{NGD_TAP};
    $build = build_dir();
    $run   = run_dir($manual);
    $fresh ? make_run_dir() : -e "$run/t/TEST" || die "nothing runs here; begin with t/TEST -start-httpd\n";
    $owner = $$ unless $manual;
    enter_run_dir();
    my $self = $class->new;
    $self->{fresh} = $fresh;
    $self->run(@argv, $fresh ? (-httpd => httpd(), -httpd_conf => "$run/modules.conf") : ());
    exit($failed ? 1 : 0);
}

sub enter_run_dir {
    chdir $run or die "chdir $run: $!\n";
    $0 = "$run/t/TEST";                     # from which Apache::Test derives all of its folders
    @ENV{qw(NGD_BUILD_DIR NGD_SOURCE_DIR)} = ($build, dirname($SOURCE));
    $ENV{APACHE_TEST_ULIMIT_SET} = 1;       # no second start of this script only for core files
    delete @ENV{qw(http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY)};
    $SIG{TERM} = $SIG{HUP} = sub { exit 1 };
    return;
}

END {
    if ($owner == $$) {
        local $?;
        say_that_it_ended_early() if $tap && !$planned;
        stop_leftovers();
        chdir '/';
        remove_tree($removable) if $removable;
    }
}

# ---- what Apache::TestRun lets us say --------------------------------------

# Apache::Test would give each <VirtualHost> a port of its own, open to the world.
{
    no warnings 'redefine';
    *Apache::TestConfig::parse_vhost = sub { return };
}

# Our httpd.conf names an ordinary user, so root may run the tests.
sub check_runtime_user { return 1 }

sub pre_configure {
    my ($self) = @_;
    return $self->SUPER::pre_configure unless $self->{fresh};
    my %port = ports(qw(port tls_port));
    %{ $self->{conf_opts} } = (
        %{ $self->{conf_opts} }, %port,
        servername => 'localhost',
        realm_dir  => "$run/t/realm",
        source_t   => $SOURCE,
        maxclients => 32,
    );
    return $self->SUPER::pre_configure;
}

# Our realm has to be there before httpd is.
sub start {
    my ($self) = @_;
    if ($self->{opts}{'start-httpd'}) {
        my $vars = $self->{test_config}{vars};
        start_realm($vars->{group});
        make_certificate();
    }
    %ENV = (%ENV, %{ NGD::Realm->attach("$run/t/realm")->env }) if -e "$run/t/realm/state.json";
    return $self->SUPER::start;
}

sub stop {
    my ($self) = @_;
    my $result = $self->SUPER::stop;
    stop_realm() if $self->{opts}{'stop-httpd'};
    return $result;
}

# -stop-httpd alone ends in here.
sub try_exit_opts {
    my ($self, @opts) = @_;
    stop_realm() if !$self->{fresh} && $self->{opts}{'stop-httpd'};
    return $self->SUPER::try_exit_opts(@opts);
}

sub opt_clean {
    my ($self, @level) = @_;
    stop_realm() if !$self->{fresh};
    return $self->SUPER::opt_clean(@level);
}

sub run_tests {
    my ($self) = @_;
    return $self->SUPER::run_tests unless $ENV{NGD_TAP};
    my @files = @{ $self->{tests} };
    @files = sort glob 't/*.t' unless @files;
    $failed = print_tap(@files);
    return;
}

# ---- one TAP stream for all suites -----------------------------------------

sub separate_tap {
    open $tap, '>&', \*STDOUT or die "standard output: $!\n";
    open STDOUT, '>&', \*STDERR or die "standard error: $!\n";
    $tap->autoflush(1);
    return;
}

# The run ended before its last suite did.
sub say_that_it_ended_early {
    print {$tap} $begun ? "Bail out! the run was interrupted\n" : "not ok 1 - realm and httpd start\n1..1\n";
    return;
}

# Prints the results of all files with one numbering; true if something failed.
sub print_tap {
    my @files = @_;
    my ($number, $bad) = (0, 0);
    my $say = sub {
        my ($ok, $text) = @_;
        $bad++ if !$ok;
        printf {$tap} "%s %d - %s\n", ($ok ? 'ok' : 'not ok'), ++$number, $text;
    };
    $begun = 1;
    for my $file (@files) {
        my $begin  = time;
        my $name   = basename($file, '.t');
        my $before = $number;
        print {$tap} "# $name\n";
        my $parser = TAP::Parser->new({ source => $file, switches => [map { "-I$_" } "$SOURCE/lib"] });
        while (my $result = $parser->next) {
            if ($result->is_test) {
                $bad-- if $result->has_todo && !$result->is_actual_ok;
                $say->($result->is_actual_ok, join ' ', "$name:", test_text($result));
            }
            elsif (!$result->is_plan && !$result->is_version) {
                print {$tap} $result->is_comment ? '' : '# ', $result->raw, "\n";
            }
        }
        $say->(1, "$name # SKIP " . ($parser->skip_all || 'no reason given')) if $parser->skip_all;
        my @errors = $parser->parse_errors;
        push @errors, 'its exit status is ' . ($parser->exit >> 8 || $parser->exit) if $parser->exit && !$parser->failed;
        $say->(0, "$name: the suite runs to its end") if @errors;
        print {$tap} "# $_\n" for @errors;
        printf {$tap} "# %s: %d tests in %.1f s\n", $name, $number - $before, time - $begin;
    }
    print {$tap} "1..$number\n";
    $planned = 1;
    return $bad;
}

sub test_text {
    my ($result) = @_;
    my $text = $result->description =~ s/^- //r;
    my $directive = $result->directive or return $text;
    return "$text # $directive " . $result->explanation;
}

# ---- the folder of a run ---------------------------------------------------

sub build_dir {
    my $top = dirname($SOURCE);
    my @candidates = grep { defined } $ENV{NGD_BUILD_DIR}, $ENV{abs_top_builddir};
    @candidates = ("$top/.lab/build", $top) unless @candidates;
    my ($found) = grep { -e "$_/t/modules.conf" } @candidates;
    return abs_path($found) if $found;
    die "there is no build in @candidates; ./lab build makes one\n";
}

sub httpd {
    return $ENV{NGD_HTTPD} if $ENV{NGD_HTTPD};
    my ($configured) = map { /^Define NGD_HTTPD (\S+)/ } split /\n/, modules_conf();
    return $configured if defined $configured && -x $configured;
    my ($found) = grep { -x } qw(/usr/sbin/apache2 /usr/sbin/httpd);
    return $found // die "there is no httpd on this machine\n";
}

sub modules_conf {
    open my $in, '<', "$build/t/modules.conf" or die "$build/t/modules.conf: $!\n";
    local $/;
    my $text = <$in>;
    my $mpm = $ENV{NGD_MPM} || 'event';
    grep { $_ eq $mpm } @MPMS or die "NGD_MPM must be one of @MPMS, not $mpm\n";
    return $text =~ s/mpm_event/mpm_$mpm/gr;
}

# $run for this build.  A manual run keeps it, so it may not lie elsewhere.
sub run_dir {
    my ($manual) = @_;
    my $inside = "$build/t-run";
    return $inside if $> != 0 || reachable($build);
    die "$build cannot be reached by httpd's children, which are not root\n" if $manual;
    $removable = File::Temp::tempdir('negotiate-diag-test.XXXXXX', TMPDIR => 1);
    chmod 0711, $removable;
    return "$removable/t-run";
}

# Can everybody pass through this folder and all above it?
sub reachable {
    my ($dir) = @_;
    for (;;) {
        return 0 unless ((stat $dir)[2] // 0) & 01;
        return 1 if $dir eq '/';
        $dir = dirname($dir);
    }
}

sub make_run_dir {
    stop_leftovers();
    remove_tree($run);
    make_path(map { "$run/t/$_" } qw(conf logs htdocs));
    link_into("$run/t", "$SOURCE/TEST", glob("$SOURCE/*.t"));
    copy($_, "$run/t/conf/" . basename $_) or die "$_: $!\n" for glob "$SOURCE/conf/*.in";
    system('cp', '-rL', "$SOURCE/htdocs", "$run/t") == 0 or die "cannot copy $SOURCE/htdocs\n";
    system('chmod', '-R', 'u+w,a+rX', "$run/t/htdocs");
    open my $out, '>', "$run/modules.conf" or die "$run/modules.conf: $!\n";
    print {$out} modules_conf();
    close $out or die "$run/modules.conf: $!\n";
    return;
}

sub link_into {
    my ($dir, @files) = @_;
    symlink $_, "$dir/" . basename($_) or die "symlink $_: $!\n" for @files;
    return;
}

# So many different free ports, under these names.
sub ports {
    my %taken;
    my %port;
    for my $name (@_) {
        do { $port{$name} = NGD::Realm::free_port() } while $taken{ $port{$name} }++;
    }
    return %port;
}

# ---- realm, certificate, leftovers -----------------------------------------

sub start_realm {
    my ($group) = @_;
    my $realm = NGD::Realm->new(dir => "$run/t/realm", group => $> == 0 ? $group : undef,
        pkinit => NGD::Realm::has_pkinit())->start;
    # A service that shares no key with the test server's own.
    $realm->export_keytab('other.keytab', $realm->add_principal('HTTP/other.example.test'));
    # Keys of two services of one host, and of another host.
    $realm->export_keytab('mixed.keytab', 'HTTP/web.localhost', 'HTTP/web.example.test',
        $realm->add_principal('host/web.localhost'));
    return;
}

sub stop_realm {
    NGD::Realm->attach("$run/t/realm")->stop if -e "$run/t/realm/state.json";
    return;
}

# A self-signed certificate for every name that the tests use.
sub make_certificate {
    my $names = join ',', map { "DNS:$_" } qw(web.example.test web.localhost localhost);
    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -sha256 "
         . "-subj /CN=web.localhost -addext subjectAltName=$names "
         . "-keyout '$run/t/conf/server.key' -out '$run/t/conf/server.crt' 2>'$run/t/logs/openssl.log'") == 0
        or die "openssl cannot make a certificate; see $run/t/logs/openssl.log\n";
    return;
}

# The servers that an aborted run left in this folder.
sub stop_leftovers {
    stop_realm();
    open my $in, '<', "$run/t/logs/httpd.pid" or return;
    my ($pid) = (<$in> // '') =~ /^(\d+)/ or return;
    open my $cmdline, '<', "/proc/$pid/cmdline" or return;
    my $line = do { local $/; <$cmdline> } // '';
    return if index($line, "$run/t/conf/httpd.conf") < 0;
    kill TERM => $pid;
    for (1 .. 100) {
        return unless kill 0 => $pid;
        select undef, undef, undef, 0.05;
    }
    kill KILL => $pid;
    return;
}

# ---- a network of its own --------------------------------------------------

# Starts this script again in a network namespace with nothing but a loopback
# device; does nothing where the system does not allow that.
sub isolate {
    my @argv = @_;
    return if ($ENV{NGD_ISOLATE} // '') eq '0';
    return raise_loopback(@argv) if ($ENV{NGD_ISOLATED} // '') eq 'outer';
    return if $ENV{NGD_ISOLATED};
    # An ordinary user becomes root of a user namespace for the one moment in
    # which the loopback device is raised.
    my @unshare = ('unshare', $> == 0 ? '-n' : '-rn');
    if (system("@unshare true 2>/dev/null") != 0) {
        print "# no network namespace is allowed here; using the machine's loopback device\n";
        return;
    }
    @ENV{qw(NGD_ISOLATED NGD_UID NGD_GID)} = ('outer', $> + 0, $) + 0);
    exec @unshare, $^X, "$SOURCE/TEST", @argv or die "unshare: $!\n";
}

sub raise_loopback {
    my @argv = @_;
    # struct ifreq with ifr_flags = IFF_UP, SIOCSIFFLAGS
    socket my $socket, Socket::PF_INET(), Socket::SOCK_DGRAM(), 0 or die "socket: $!\n";
    my $request = pack 'a16 s x22', 'lo', 0x1;
    ioctl $socket, 0x8914, $request or die "the loopback device of the new network: $!\n";
    $ENV{NGD_ISOLATED} = 'inner';
    my ($uid, $gid) = delete @ENV{qw(NGD_UID NGD_GID)};
    return if $uid == 0;
    exec 'unshare', '-U', "--map-user=$uid", "--map-group=$gid", $^X, "$SOURCE/TEST", @argv or die "unshare: $!\n";
}

1;
