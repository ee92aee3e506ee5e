# What is never shown and never logged: tokens, keys, passwords, cookies.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use MIME::Base64 qw(decode_base64 encode_base64);

my ($anybody, $realm) = (client(), realm());

# Keys as bytes, of each keytab that the server reads here.
sub keys_of {
    my ($file) = @_;
    local %ENV = (%ENV, %{ $realm->env });
    my @words = `klist -k -K '$file'`;
    return map { /\(0x([0-9a-f]+)\)/ ? pack('H*', $1) : () } @words;
}

my $stolen = $realm->add_principal('HTTP/secrets.localhost');
my $keytab = $realm->export_keytab('told.keytab', 'HTTP/web.localhost');
{
    local %ENV = (%ENV, %{ $realm->env });
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $stolen\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\nnot-the-password\nwkt $keytab\nquit\n";
    close $ktutil or die "ktutil failed\n";
}
select undef, undef, undef, 1.2;        # until the file is looked at again

my $password = $realm->password('alice');
my @cookies = ('eaten-by-nobody-4711', 'crumbs-of-a-session-0815');
my $bearer = encode_base64('a bearer token of another site, which is a secret of its own', '');

# ---- what is sent ------------------------------------------------------------------

our (@sent, @shown);
my %stock;
sub token {
    my (@what) = @_;
    my $stock = $stock{"@what"} //= [];
    push @$stock, tokens(@what, '--count', 50) if !@$stock;
    push @sent, shift @$stock;
    return $sent[-1];
}

my $spent = token('HTTP/web.localhost');
$anybody->connection->request('/told/brief', headers => ["Authorization: Negotiate $spent"]);
my %attempt = (
    'a ticket that is good'               => sub { 'Negotiate ' . token('HTTP/web.localhost') },
    'a token that was used before'        => sub { "Negotiate $spent" },
    'a ticket for a key that is wrong'    => sub { 'Negotiate ' . token($stolen) },
    'a ticket of another site'            => sub { 'Negotiate ' . token('HTTP/web.example.test') },
    'Kerberos without SPNEGO'             => sub { 'Negotiate ' . token($stolen, '--mech', 'krb5') },
    'a forwarded ticket'                  => sub { 'Negotiate ' . token($stolen, '--delegate') },
    'a token that was cut off'            => sub { 'Negotiate ' . substr token('HTTP/web.localhost'), 0, 600 },
    'one with a character that is wrong'  => sub { 'Negotiate ' . token('HTTP/web.localhost') =~ s/\A(.{500})./$1*/r },
    'one with bytes behind it'            => sub { 'Negotiate ' . encode_base64(decode_base64(token('HTTP/web.localhost')) . 'more', '') },
    'a token without its scheme'          => sub { token('HTTP/web.localhost') },
    'a token under another scheme'        => sub { 'Kerberos ' . token('HTTP/web.localhost') },
    'a password'                          => sub { 'Basic ' . encode_base64("alice:$password", '') },
    'a password without its scheme'       => sub { encode_base64("alice:$password", '') },
    'a password behind our scheme'        => sub { 'Negotiate ' . encode_base64("alice:$password", '') },
    'a bearer token'                      => sub { "Bearer $bearer" },
    'nothing'                             => sub { undef },
);
my @sections = ('/told/off', '/told/brief', '/told/full', '/told/admin', '/told/full/bob', '/told/retry/on', '/whoami', '/open', '/host-mode',
    '/document-open', '/told/document');
error_log();
for my $what (sort keys %attempt) {
    for my $path (@sections) {
        my $connection = $anybody->connection;
        for my $accept (qw(application/json text/plain text/html)) {
            my $authorization = $attempt{$what}->();
            my $answer = $connection->request("$path?n=1", headers => ["Accept: $accept", 'X-Admin: yes', "Cookie: secret=$cookies[0]; session=$cookies[1]",
                defined $authorization ? "Authorization: $authorization" : ()]);
            # The server's own token is the client's by right.
            push @shown, ["$what, $path, $accept", join "\n", (grep { !/\Awww-authenticate: Negotiate /i } $answer->header_lines), '', $answer->body];
        }
    }
}
push @shown, ['the error log', error_log()];
access_lines(qr/\?n=1 /, scalar(keys %attempt) * @sections * 3);
open my $in, '<', vars('t_logs') . '/access_log' or die "access_log: $!\n";
push @shown, ['the access log', do { local $/; <$in> }];
cmp_ok scalar @shown, '>', 500, scalar(@shown) . ' answers and logs are looked at';

# ---- what is looked for --------------------------------------------------------------------

# Where one of these texts stands; the search is by hash, since there are many of both.
sub found_in {
    my ($width, @secrets) = @_;
    my %secret = map { $_ => 1 } grep { length == $width } @secrets;
    my @found;
    for my $shown (@shown) {
        my ($where, $text) = @$shown;
        for my $word ($text =~ m{[A-Za-z0-9+/=_.-]{$width,}}g) {
            push @found, $where if grep { $secret{ substr $word, $_, $width } } 0 .. length($word) - $width;
        }
    }
    return \@found;
}

# All pieces of so many characters, not only the first.
sub pieces { my ($width, @texts) = @_; return map { my $text = $_; map { substr $text, $_, $width } 0 .. length($text) - $width } @texts }

my @tokens_hex = map { unpack 'H*', decode_base64($_) } @sent;
is_deeply found_in(24, pieces(24, @sent)), [], 'no 24 characters of any token, its first ones or others';
is_deeply found_in(24, pieces(24, map { substr $_, 0, 2000 } @tokens_hex)), [], 'nor of one in hexadecimal';

my @keys = map { keys_of($realm->path($_)) } qw(told.keytab http.keytab other.keytab mixed.keytab);
cmp_ok scalar @keys, '>=', 10, scalar(@keys) . ' keys are looked for';
my %width;
push @{ $width{ length $_ } }, $_ for map { my $hex = unpack 'H*', $_; my $base64 = encode_base64($_, ''); ($hex, uc $hex, $base64) } @keys;
is_deeply [map { @{ found_in($_, @{ $width{$_} }) } } sort keys %width], [], 'no key, in hexadecimal or base64';
is_deeply [map { my ($where, $text) = @$_; (grep { index($text, $_) >= 0 } @keys) ? $where : () } @shown], [], 'nor its bytes';

my @plain = ($password, 'not-the-password', @cookies, $bearer, encode_base64("alice:$password", ''), encode_base64($password, ''),
    (map { unpack 'H*', $_ } $password, @cookies));
for my $secret (@plain) {
    my @found = map { my ($where, $text) = @$_; index($text, $secret) >= 0 ? $where : () } @shown;
    is_deeply \@found, [], 'no password, cookie or bearer token (' . length($secret) . ' characters)';
}

# What is looked for would be found: it stands where it belongs.
{
    local @shown = ();
    push @shown, ['the request', "Authorization: Negotiate $sent[0] secret=$cookies[0]"];
    is_deeply found_in(24, pieces(24, $sent[0])), ['the request'], 'a token that is there is found';
}

done_testing;
