package NGD::Server;

# A second httpd beside the suites' own: for what needs another environment, another
# krb5.conf, another clock or other modules.
#
#   my $server = NGD::Server->new(name => 'no-cache', conf => <<'EOT', env => { KRB5RCACHENAME => '...' });
#   <Location /x> ... </Location>
#   EOT
#   my $r = $server->client('alice')->get('/x');
#   like $server->log, qr/.../;          # what it has logged since it was asked last
#
# It has the modules of the suites' server, the realm's environment, a free loopback
# port, and a folder of its own under the suites' server root.  It ends with the object.
# Options: run => [command words before httpd's], modules => [further LoadModule lines].

use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IO::Socket::INET;

use NGD::Realm;
use NGD::Test ();

use constant { START_SECS => 20 };

sub new {
    my ($class, %arg) = @_;
    my $self = bless { env => {}, run => [], modules => [], %arg }, $class;
    $self->{dir} = NGD::Test::vars('serverroot') . "/$self->{name}";
    $self->{port} = NGD::Realm::free_port();
    make_path("$self->{dir}/htdocs");
    $self->_write_conf;
    $self->_start;
    return $self;
}

sub port { return $_[0]{port} }
sub pid  { return $_[0]{pid} }
sub dir  { return $_[0]{dir} }
sub path { return "$_[0]{dir}/$_[1]" }

sub client {
    my ($self, $user, %opt) = @_;
    return NGD::Test::client($user, port => $self->{port}, %opt);
}

sub log {
    my ($self) = @_;
    open my $in, '<', "$self->{dir}/error.log" or return '';
    seek $in, $self->{seen} // 0, 0;
    local $/;
    my $text = <$in> // '';
    $self->{seen} = tell $in;
    return $text;
}

# The suites' server's own module lines, so that both are alike.
sub _modules {
    my $file = NGD::Test::vars('serverroot') . '/../modules.conf';
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in>;
}

sub _write_conf {
    my ($self) = @_;
    my ($dir, $port) = @$self{qw(dir port)};
    my ($user, $group) = map { NGD::Test::vars($_) } qw(user group);
    my $realm = NGD::Test::realm()->dir;
    my $own = $self->{conf} =~ s/\@port\@/$port/gr =~ s/\@realm_dir\@/$realm/gr =~ s/\@dir\@/$dir/gr;
    open my $out, '>', "$dir/httpd.conf" or die "$dir/httpd.conf: $!\n";
    print {$out} _modules(), map { "$_\n" } @{ $self->{modules} };
    print {$out} <<"EOT";
ServerRoot "$dir"
DocumentRoot "$dir/htdocs"
DefaultRuntimeDir "$dir"
TypesConfig /dev/null
PidFile "$dir/httpd.pid"
Mutex file:$dir
User $user
Group $group
ServerName localhost:$port
ServerSignature Off
Listen 127.0.0.1:$port
ErrorLog "$dir/error.log"
LogLevel info negotiate_diag:debug
<IfModule !mpm_prefork_module>
  StartServers 1
  ServerLimit 1
  ThreadLimit 8
  ThreadsPerChild 8
  MaxRequestWorkers 8
</IfModule>
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory "$dir/htdocs">
  Require all granted
</Directory>
$own
EOT
    close $out or die "$dir/httpd.conf: $!\n";
    return;
}

sub _start {
    my ($self) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        setpgrp;        # under prefork httpd ends its whole process group, which would be the suite's
        %ENV = (%ENV, %{ NGD::Test::realm()->env }, %{ $self->{env} });
        delete @ENV{ grep { !defined $self->{env}{$_} } keys %{ $self->{env} } };
        open STDOUT, '>', "$self->{dir}/out" or die "out: $!\n";
        open STDERR, '>&', \*STDOUT;
        exec @{ $self->{run} }, NGD::Test::vars('httpd'), '-f', "$self->{dir}/httpd.conf", '-D', 'FOREGROUND'
            or die "httpd: $!\n";
    }
    $self->{pid} = $pid;
    my $end = time + START_SECS;
    until ($self->_answers) {
        waitpid($pid, 1) == $pid || time > $end and die "httpd $self->{name} does not start:\n" . $self->_words;
        select undef, undef, undef, 0.05;
    }
    return;
}

sub _answers {
    my ($self) = @_;
    return IO::Socket::INET->new(Proto => 'tcp', PeerAddr => '127.0.0.1', PeerPort => $self->{port});
}

sub _words {
    my ($self) = @_;
    local (@ARGV, $/) = (grep { -e } map { "$self->{dir}/$_" } qw(out error.log));
    return @ARGV ? join '', <> : '';
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    waitpid $pid, 0;
    return;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!);
    $self->stop;
    return;
}

1;
