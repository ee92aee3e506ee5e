package NGD::Chromium;

# A real Chromium that signs on with a real ticket.
#
#   my $page = NGD::Chromium->new(realm => realm(), user => 'alice')->open('http://web.localhost:8080/whoami');
#   like $page->{text}, qr/alice/;
#
# Chromium loads the system's GSSAPI only after its profile has seen a Negotiate
# challenge, so the profile is seeded; and its name lookup for the SPN is off,
# because every name here leads to 127.0.0.1.  Nothing leads to the outside.

use strict;
use warnings FATAL => 'all';

use File::Temp ();
use JSON::PP;

use constant { SITES => '*.localhost,localhost,*.example.test', WAIT_SECS => 60 };

# The program, or undef.
sub program {
    my ($found) = grep { -x } map { my $dir = $_; map { "$dir/$_" } qw(chromium chromium-browser google-chrome) }
        split /:/, $ENV{PATH};
    return $found;
}

# Options: realm, user (undef: a client without a ticket), allow => sites for
# which Negotiate is answered, '' for none.
sub new {
    my ($class, %arg) = @_;
    return bless { allow => SITES, %arg }, $class;
}

# Loads a page: {html, text, log}.  Options: screenshot => file, size => "390,844",
# args => [...].
sub open {
    my ($self, $url, %opt) = @_;
    my $profile = File::Temp->newdir;
    $self->_seed($profile);
    my @args = (_arguments($profile, $self->{allow}), @{ $opt{args} // [] });
    push @args, "--window-size=$opt{size}" if $opt{size};
    # One run prints the document or takes the picture, not both.
    _run($self->_env($profile), "$profile/shot.log", @args, "--screenshot=$opt{screenshot}", $url) if $opt{screenshot};
    my $html = _run($self->_env($profile), "$profile/dom.log", @args, '--dump-dom', $url);
    return { html => $html, text => _text($html), log => _slurp("$profile/dom.log") };
}

sub _arguments {
    my ($profile, $allow) = @_;
    return (
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', "--user-data-dir=$profile",
        '--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update',
        '--disable-sync', '--disable-extensions', '--no-proxy-server', '--ignore-certificate-errors', '--timeout=20000',
        '--host-resolver-rules=MAP *.example.test 127.0.0.1, MAP * ~NOTFOUND, '
            . 'EXCLUDE *.localhost, EXCLUDE localhost, EXCLUDE 127.0.0.1',
        "--auth-server-allowlist=$allow",
    );
}

sub _seed {
    my ($self, $profile) = @_;
    CORE::open my $out, '>', "$profile/Local State" or die "$profile: $!\n";
    print {$out} encode_json({
        net  => { received_http_auth_negotiate_headers => JSON::PP::true },
        auth => { disable_negotiate_cname_lookup => JSON::PP::true },
    });
    close $out or die "$profile: $!\n";
    return;
}

sub _env {
    my ($self, $profile) = @_;
    my $realm = $self->{realm};
    my $ccache = defined $self->{user} ? $realm->kinit($self->{user}) : undef;
    return { %{ $realm->env(ccache => $ccache) }, map { $_ => "$profile" } qw(HOME XDG_RUNTIME_DIR TMPDIR) };
}

sub _run {
    my ($env, $log, @args) = @_;
    my $program = program() // die "there is no Chromium on this machine\n";
    local %ENV = (%ENV, %$env);
    delete @ENV{qw(DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY)};
    my $pid = CORE::open my $out, '-|';
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        CORE::open STDERR, '>', $log;
        exec 'timeout', '--kill-after=5', WAIT_SECS, $program, @args or die "$program: $!\n";
    }
    my $text = do { local $/; <$out> } // '';
    close $out or die "Chromium failed:\n" . _slurp($log) . "\n";
    return $text;
}

# What a person reads, roughly.
sub _text {
    my ($html) = @_;
    my %entity = (lt => '<', gt => '>', quot => '"', amp => '&', nbsp => ' ', '#39' => "'");
    $html =~ s{<(script|style|head)\b.*?</\1>}{}gis;
    $html =~ s{<(?:br|/?(?:p|div|h\d|li|tr|table|section|header|footer|dt|dd|pre|ul|ol))\b[^>]*>}{\n}gi;
    $html =~ s{<[^>]*>}{}g;
    $html =~ s{&(#?\w+);}{$entity{$1} // "&$1;"}ge;
    $html =~ s{[ \t]+}{ }g;
    $html =~ s{\s*\n\s*}{\n}g;
    return $html;
}

sub _slurp {
    my ($file) = @_;
    CORE::open my $in, '<', $file or return '';
    local $/;
    return <$in> // '';
}

1;
