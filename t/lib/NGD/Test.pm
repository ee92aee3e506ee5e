package NGD::Test;

# What every suite begins with: Test::More, and the running server and realm.
#
#   use FindBin; use lib "$FindBin::RealBin/lib";
#   use NGD::Test;
#   my $alice = client('alice');
#   is $alice->get('/whoami')->status, 200, 'alice gets in';
#   done_testing;

use strict;
use warnings FATAL => 'all';

use Exporter qw(import);
use Apache::Test ();
use Test::More;

use NGD::Client;
use NGD::Realm;

use constant SUITE_SECS => 300;     # no suite takes longer unless it hangs

our @EXPORT = (@Test::More::EXPORT, qw(realm client vars error_log helper graceful tokens forge judge judge_why has_http2
    access_lines));

$SIG{ALRM} = sub { die 'the suite took longer than ' . SUITE_SECS . " s\n" };
alarm SUITE_SECS;

# Apache::Test's variables: serverroot, port, tls_port, realm_dir, ...
sub vars { return Apache::Test::vars($_[0]) if @_; return Apache::Test::config()->{vars} }

sub realm { return our $realm //= NGD::Realm->attach(vars('realm_dir')) }

# curl as this user, with a ticket; without a user, as a client that has none.
sub client {
    my ($user, %opt) = @_;
    return NGD::Client->new(
        realm  => realm(),
        port   => vars('port'),
        tls_port => vars('tls_port'),
        cacert => vars('serverroot') . '/conf/server.crt',
        user   => $user,
        %opt,
    );
}

# What the server has logged since error_log() was called last, or since the start.
sub error_log {
    open my $in, '<', vars('t_logs') . '/error_log' or die "error_log: $!\n";
    seek $in, our $seen //= 0, 0;
    local $/;
    my $text = <$in> // '';
    $seen = tell $in;
    return $text;
}

# How many lines of the access log match. httpd writes a line after it has answered, so this waits a moment for as
# many as are expected.
sub access_lines {
    my ($pattern, $expected) = @_;
    my $count = 0;
    for (1 .. 100) {
        open my $in, '<', vars('t_logs') . '/access_log' or die "access_log: $!\n";
        $count = grep { $_ =~ $pattern } <$in>;
        return $count if $count >= ($expected // 1);
        select undef, undef, undef, 0.05;
    }
    return $count;
}

# Under prefork httpd offers no HTTP/2, neither by ALPN nor by Upgrade.
sub has_http2 { return ($ENV{NGD_MPM} // 'event') ne 'prefork' }

# One of the programs of t/helper.
sub helper {
    my ($name) = @_;
    return "$ENV{NGD_BUILD_DIR}/t/helper/$name";
}

# The first tokens, in base64, that alice would send, or user => ..., or whoever a
# ccache => ... is of, with krb5_conf => another configuration; realm => another one;
# other arguments are gsstoken's.
sub tokens {
    my ($spn, @args) = @_;
    return made_by('gsstoken', $spn, @args);
}

# Such tokens as no honest client sends: other arguments are gssforge's. The keytab that it changes tickets with is
# the server's unless --keytab names another.
sub forge {
    my ($spn, @args) = @_;
    push @args, '--keytab', realm()->path('http.keytab') if !grep { $_ eq '--keytab' } @args;
    return made_by('gssforge', $spn, @args);
}

sub made_by {
    my ($program, $spn, @args) = @_;
    my %from = (realm => realm(), user => 'alice');
    %from = (%from, splice @args, 0, 2) while @args && $args[0] =~ /\A(?:user|ccache|krb5_conf|realm)\z/;
    my ($realm, $user) = delete @from{qw(realm user)};
    $from{ccache} //= $realm->kinit($user);
    local %ENV = (%ENV, %{ $realm->env(%from) });
    open my $out, '-|', helper($program), $spn, @args or die "$program: $!\n";
    chomp(my @tokens = <$out>);
    close $out or die "$program $spn failed\n";
    return wantarray ? @tokens : $tokens[0];
}

# What bare GSSAPI says about tokens: "accept alice@EXAMPLE.TEST", "continue" or
# "refuse" for each.
sub judge {
    my ($keytab, @tokens) = @_;
    return verdicts([$keytab], @tokens);
}

# The same with Kerberos's error code, "refuse 37", where the tokens are bare Kerberos.
sub judge_why {
    my ($keytab, @tokens) = @_;
    return verdicts(['--why', $keytab], @tokens);
}

sub verdicts {
    my ($args, @tokens) = @_;
    my $list = vars('serverroot') . "/tokens.$$";
    open my $file, '>', $list or die "$list: $!\n";
    print {$file} "$_\n" for @tokens;
    close $file or die "$list: $!\n";
    local %ENV = (%ENV, %{ realm()->env });
    my $quoted = join ' ', map { "'$_'" } @$args;
    my @words = `'${\ helper('gssaccept')}' $quoted < '$list'`;
    unlink $list;
    chomp @words;
    return wantarray ? @words : $words[0];
}

# A graceful restart, and the moment at which the new configuration serves.
sub graceful {
    my $log = vars('t_logs') . '/error_log';
    my $count = sub { my $n = 0; open my $in, '<', $log or return 0; /resuming normal operations/ and $n++ while <$in>; $n };
    my $before = $count->();
    open my $in, '<', vars('t_pid_file') or die "httpd.pid: $!\n";
    chomp(my $pid = <$in>);
    kill USR1 => $pid or die "httpd $pid: $!\n";
    for (1 .. 200) {
        return if $count->() > $before;
        select undef, undef, undef, 0.05;
    }
    die "httpd did not restart\n";
}

1;
