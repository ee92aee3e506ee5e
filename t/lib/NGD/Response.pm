package NGD::Response;

# One answer of the server.  A client that repeats its request (a 401 first, then
# with a token) gets several; the last one counts, earlier() has the others.

use strict;
use warnings FATAL => 'all';

use JSON::PP;

# From the text of one or more responses; only the last one has a body.
sub new {
    my ($class, $text) = @_;
    my @heads;
    while ($text =~ s{\A(HTTP/[\d.]+ \d{3}.*?\r\n\r\n)}{}s) {
        push @heads, $1;
    }
    my @all = map { $class->_parse_head($_) } grep { !m{\AHTTP/[\d.]+ 1\d\d} } @heads;
    my $self = pop @all // bless { status => 0, reason => 'no answer', protocol => '', headers => {} }, $class;
    @$self{qw(body earlier)} = ($text, \@all);
    return $self;
}

# What curl -i wrote, and its line of --write-out '%{json}'.
sub from_curl {
    my ($class, %arg) = @_;
    my $self = $class->new($arg{text});
    my $facts = $arg{transfer} ? eval { decode_json($arg{transfer}) } // {} : {};
    $self->{error} = $facts->{errormsg} // ($self->{status} ? '' : $arg{error});
    $self->{new_connections} = $facts->{num_connects};
    $self->{http_version} = $facts->{http_version};
    return $self;
}

sub _parse_head {
    my ($class, $head) = @_;
    my ($first, @lines) = split /\r\n/, $head;
    my ($protocol, $status, $reason) = $first =~ m{\A(HTTP/[\d.]+) (\d+) ?(.*)};
    my %headers;
    for (@lines) {
        my ($name, $value) = /\A([^:]+):[ \t]*(.*)/ or next;
        push @{ $headers{ lc $name } }, $value;
    }
    return bless { protocol => $protocol, status => $status + 0, reason => $reason, headers => \%headers }, $class;
}

sub status   { $_[0]{status} }          # 0: there was no answer; see error
sub reason   { $_[0]{reason} }
sub protocol { $_[0]{protocol} }        # as in the status line: HTTP/1.1, HTTP/2
sub body     { $_[0]{body} }
sub error    { $_[0]{error} }           # curl's words
sub earlier  { @{ $_[0]{earlier} } }

# How many connections were opened for this transfer; 0 if one was used again.
sub new_connections { $_[0]{new_connections} }

# All values of a header in a list, otherwise the first one or undef.
sub header {
    my ($self, $name) = @_;
    my @values = @{ $self->{headers}{ lc $name } // [] };
    return wantarray ? @values : $values[0];
}

# The header fields in one list of "name: value", sorted.
sub header_lines {
    my ($self) = @_;
    my $all = $self->{headers};
    return map { my $name = $_; map { "$name: $_" } @{ $all->{$name} } } sort keys %$all;
}

# The body's document; undef where it is no JSON.
sub json { my ($self) = @_; return eval { decode_json($self->{body}) } }

# All that was received, for diag().
sub as_text {
    my ($self) = @_;
    return join "\n", "$self->{protocol} $self->{status} $self->{reason}", $self->header_lines, '', $self->{body};
}

1;
