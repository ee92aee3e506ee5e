package NGD::Client;

# Clients of the test server: curl with a ticket or without, and a bare socket
# for what no honest client sends.
#
#   my $r = client('alice')->get('/whoami', tls => 1, http => '2');
#   $r->status; $r->header('WWW-Authenticate'); $r->body; $r->json->{cause};
#
# client()'s further options: ccache => whose ticket to use, env => { ... } for curl.
#
# Options of get():
#   host => NAME        the URL's host (web.localhost); always reached over loopback
#   tls => 1            https
#   http => VERSION     1.0, 1.1, 2 (over TLS by ALPN, otherwise by Upgrade) or 2-prior
#   method => NAME
#   headers => [TEXT]   further header lines, "Accept: text/html"
#   auth => 0           no --negotiate although the client has a user; 1: although it has none
#   args => [...]       further options of curl
# get() with several paths, [$one, $two], uses one curl and so one connection per
# host, and returns a list of responses.

use strict;
use warnings FATAL => 'all';

use File::Temp ();
use IO::Socket::INET;

use NGD::Response;

use constant { HOST => 'web.localhost', WAIT_SECS => 20 };

my %VERSION = (
    '1.0'     => '--http1.0',
    '1.1'     => '--http1.1',
    '2'       => '--http2',
    '2-prior' => '--http2-prior-knowledge',
);

sub new {
    my ($class, %arg) = @_;
    return bless { host => HOST, %arg }, $class;
}

sub url {
    my ($self, $path, %opt) = @_;
    my ($scheme, $port) = $opt{tls} ? ('https', $self->{tls_port}) : ('http', $self->{port});
    return "$scheme://" . ($opt{host} // $self->{host}) . ":$port$path";
}

sub get {
    my ($self, $path, %opt) = @_;
    my @paths = ref $path ? @$path : $path;
    my $dir = File::Temp->newdir;
    my @outputs = map { ('-o', "$dir/$_", $self->url($paths[$_], %opt)) } 0 .. $#paths;
    my @command = ('curl', $self->_options(%opt), @outputs);

    local %ENV = (%ENV, %{ $self->_env });
    my $pid = open my $curl, '-|';
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDERR, '>', "$dir/error";
        exec @command or die "curl: $!\n";
    }
    my @transfers = <$curl>;
    close $curl;
    my $error = _slurp("$dir/error");
    my @responses = map {
        NGD::Response->from_curl(text => _slurp("$dir/$_"), transfer => $transfers[$_], error => $error)
    } 0 .. $#paths;
    return ref $path ? @responses : $responses[0];
}

sub _options {
    my ($self, %opt) = @_;
    my $auth = $opt{auth} // defined $self->{user};
    return (
        '-q', '-s', '-S', '-i', '--max-time', WAIT_SECS, '--noproxy', '*',
        '--connect-to', '::127.0.0.1:', '-w', '%{json}\n', '--cacert', $self->{cacert},
        $auth         ? ('--negotiate', '-u', ':')              : (),
        $opt{http}    ? $VERSION{ $opt{http} }                  : (),
        $opt{method}  ? ('-X', $opt{method})                    : (),
        (map { ('-H', $_) } @{ $opt{headers} // [] }),
        @{ $opt{args} // [] },
    );
}

sub _env {
    my ($self) = @_;
    my $realm = $self->{realm};
    $self->{ccache} //= $realm->kinit($self->{user}) if defined $self->{user};
    my $env = defined $self->{ccache} ? $realm->env(ccache => $self->{ccache}) : $realm->env;
    return { %$env, %{ $self->{env} // {} } };
}

sub _slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or return '';
    local $/;
    return <$in> // '';
}

# ---- bare requests over one kept connection --------------------------------

# my $c = $client->connection;
# my $r = $c->request('/whoami', headers => ["Authorization: Negotiate $token"]);
# $r = $c->send_raw("GET / HTTP/1.1\r\n...");
# request() returns undef where the server has closed instead of answering.
sub connection {
    my ($self) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'tcp', PeerAddr => '127.0.0.1', PeerPort => $self->{port},
        Timeout => WAIT_SECS) or die "the server does not answer: $!\n";
    binmode $socket;
    return bless { socket => $socket, rest => '', host => "$self->{host}:$self->{port}" }, 'NGD::Client::Connection';
}

package NGD::Client::Connection;

use strict;
use warnings FATAL => 'all';

sub request {
    my ($self, $path, %opt) = @_;
    my $method = $opt{method} // 'GET';
    my $body = $opt{body} // '';
    my @lines = ("$method $path HTTP/1.1", 'Host: ' . ($opt{host} // $self->{host}), @{ $opt{headers} // [] });
    push @lines, 'Content-Length: ' . length $body if length $body;
    return $self->send_raw(join("\r\n", @lines, '', '') . $body, head_only => $method eq 'HEAD');
}

sub send_raw {
    my ($self, $text, %opt) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $sent = 0;
    while ($sent < length $text) {
        my $n = syswrite $self->{socket}, $text, length($text) - $sent, $sent or last;
        $sent += $n;
    }
    return $self->response(%opt);
}

# Reads the next response of the connection.
sub response {
    my ($self, %opt) = @_;
    my $head;
    do {
        $self->_fill(sub { $self->{rest} =~ /\r\n\r\n/ }) or return;
        $self->{rest} =~ s/\A(.*?\r\n\r\n)//s;
        $head = $1;
    } while $head =~ m{\AHTTP/[\d.]+ 1\d\d };
    my $body = $opt{head_only} || $head =~ m{\AHTTP/[\d.]+ (?:204|304) } ? '' : $self->_body($head);
    return NGD::Response->new("$head$body");
}

sub _body {
    my ($self, $head) = @_;
    if ($head =~ /^Transfer-Encoding:\s*chunked/mi) {
        my $body = '';
        for (;;) {
            $self->_fill(sub { $self->{rest} =~ /\A[0-9a-f]+[^\r]*\r\n/i }) or return $body;
            $self->{rest} =~ s/\A([0-9a-f]+)[^\r]*\r\n//i;
            my $len = hex $1;
            $self->_fill(sub { length $self->{rest} >= $len + 2 }) or return $body;
            $body .= substr $self->{rest}, 0, $len;
            substr $self->{rest}, 0, $len + 2, '';
            return $body if $len == 0;
        }
    }
    my ($len) = $head =~ /^Content-Length:\s*(\d+)/mi;
    if (defined $len) {
        $self->_fill(sub { length $self->{rest} >= $len });
        return substr $self->{rest}, 0, $len, '';
    }
    $self->_fill(sub { 0 });
    return delete $self->{rest};
}

# Reads until enough is there; false if the connection ends before.
sub _fill {
    my ($self, $enough) = @_;
    until ($enough->()) {
        my $readable = '';
        vec($readable, fileno $self->{socket}, 1) = 1;
        select($readable, undef, undef, NGD::Client::WAIT_SECS) or die "the server is silent\n";
        sysread $self->{socket}, $self->{rest}, 65536, length $self->{rest} or return 0;
    }
    return 1;
}

# Does the server still keep this connection?
sub is_open {
    my ($self) = @_;
    my $readable = '';
    vec($readable, fileno $self->{socket}, 1) = 1;
    return 1 unless select $readable, undef, undef, 0.1;
    return sysread($self->{socket}, $self->{rest}, 65536, length $self->{rest}) ? 1 : 0;
}

1;
