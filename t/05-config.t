# The configuration: what is merged, what stops the start, and with which words.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my $dir = vars('t_logs');
our $modules = do { local (@ARGV, $/) = (vars('serverroot') . '/../modules.conf'); <> };

# What a configuration test says: its exit status and its words.
sub configtest {
    my ($text) = @_;
    my $file = "$dir/configtest.conf";
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} <<"EOT";
ServerRoot "$dir"
DefaultRuntimeDir "$dir"
PidFile "$dir/configtest.pid"
ServerName localhost
Listen 127.0.0.1:1
ErrorLog "$dir/configtest_log"
$modules
$text
EOT
    close $out or die "$file: $!\n";
    my $words = `'${\ vars('httpd')}' -t -f '$file' 2>&1`;
    return ($?, $words);
}

sub stops {
    my ($what, $text, $words) = @_;
    my ($status, $said) = configtest($text);
    subtest $what => sub {
        isnt $status, 0, 'the start stops';
        like $said, $words, 'with a sentence that says why';
    };
}

sub starts {
    my ($what, $text) = @_;
    my ($status, $said) = configtest($text);
    is $status, 0, $what or diag $said;
}

sub location { return qq{<Location "$_[0]">\n$_[1]\nRequire valid-user\n</Location>\n} }
my $auth = 'AuthType Negotiate';
my $key  = 'NegotiateKeytab /k';

stops('AuthType Negotiate without a keytab', location('/x', $auth), qr/AuthType Negotiate at .*configtest\.conf:\d+ has no NegotiateKeytab: .*for example/);
stops('a keytab in a sibling only', location('/x', $auth) . location('/y', $key), qr/has no NegotiateKeytab/);
stops('a keytab in a section whose path begins alike only', location('/x', $key) . location('/xy', $auth), qr/has no NegotiateKeytab/);
stops('a keytab in another virtual host only',
    "<VirtualHost *:1>\n" . location('/x', $auth) . "</VirtualHost>\n<VirtualHost *:1>\n$key\n</VirtualHost>\n",
    qr/has no NegotiateKeytab/);
starts('a keytab in the section itself will do', location('/x', "$auth\n$key"));
starts('a keytab of the server will do', "$key\n" . location('/x', $auth));
starts('a keytab of an outer section will do', location('/', $key) . location('/x', $auth));
starts('a keytab of the virtual host will do', "<VirtualHost *:1>\n$key\n" . location('/x', $auth) . "</VirtualHost>\n");
starts('a keytab inside <IfModule> will do', "<IfModule negotiate_diag_module>\n$key\n</IfModule>\n" . location('/x', $auth));
starts('a keytab that a directory may bring will do', "<Directory />\n$key\n</Directory>\n" . location('/x', $auth));
starts('a keytab of a virtual host will do for a section of the main server',
    location('/x', $auth) . "<VirtualHost *:1>\n$key\n</VirtualHost>\n");
my (undef, $inner_only) = configtest(location('/x', $auth) . location('/x/y', $key));
like $inner_only, qr/has a NegotiateKeytab in inner sections only/, 'a keytab in an inner section only is warned of';
starts('and does not stop the start', location('/x', $auth) . location('/x/y', $key));
starts('another AuthType needs no keytab', location('/x', "AuthType Basic\nAuthName x"));

stops('another type of keytab', 'NegotiateKeytab MEMORY:x', qr/NegotiateKeytab takes the path of a keytab file; "MEMORY:x" is another type/);
starts('FILE: before the path is understood', 'NegotiateKeytab FILE:/k');
stops('an acceptor name of no kind', 'NegotiateAcceptorName HTTP/x', qr/NegotiateAcceptorName takes HTTP, Host, Any or service\@host .*"HTTP\/x" is none of them/);
stops('an acceptor name with an instance', 'NegotiateAcceptorName HTTP/x@y', qr/is none of them/);
stops('an acceptor name without a host', 'NegotiateAcceptorName HTTP@', qr/is none of them/);
starts("the acceptor name $_ is understood", "NegotiateAcceptorName $_") for qw(HTTP Host Any any HTTP@www.example.test);
stops('a mechanism that there is none of', 'NegotiateMechanisms kerberos digest', qr/NegotiateMechanisms takes kerberos; "digest" is no mechanism/);
stops('a switch that is neither', 'NegotiateRequireTLS maybe', qr/NegotiateRequireTLS must be On or Off/);
stops('an explanation of no kind', 'NegotiateExplain Loud', qr/NegotiateExplain takes Off, Brief or Full; "Loud" is none of them/);
stops('a condition for anything but Full', 'NegotiateExplain Brief "expr=true"', qr/NegotiateExplain takes Off, Brief or Full, and behind Full an expression for whom it holds, as in Full "expr=/);
stops('a condition that is no expression', 'NegotiateExplain Full "-R 192.0.2.0/24"', qr/behind Full an expression for whom it holds/);
stops('an expression that cannot be read', q{NegotiateExplain Full "expr=%{REMOTE_ADDR} =~"}, qr/NegotiateExplain: the expression cannot be read: \S/);
starts("NegotiateExplain $_ is understood", "NegotiateExplain $_")
    for 'Off', 'brief', 'FULL', q{Full "expr=-R '192.0.2.0/24'"}, q{Full expr=true};
stops('a retry of no kind', 'NegotiateRetry Always', qr/NegotiateRetry takes Auto, On or Off; "Always" is none of them/);
starts("NegotiateRetry $_ is understood", "NegotiateRetry $_") for qw(Auto on OFF);
starts('a contact of 500 characters is understood', 'NegotiateContact ' . 'x' x 500);
stops('a contact that is a page', 'NegotiateContact ' . 'x' x 501, qr/NegotiateContact takes at most 500 characters/);

# ---- merging -------------------------------------------------------------------

my $inner = '/merged/inner';
my $plain = client()->get($inner, headers => ['Accept: text/html']);
is $plain->status, 403, 'an inner section keeps NegotiateRequireTLS of its parent';
like $plain->body, qr/inner\@example\.test/, 'beside its own NegotiateContact';
is client('alice')->get($inner, tls => 1)->status, 200, 'it keeps NegotiateKeytab';
my $other_host = tokens('HTTP/web.example.test');
is client()->get($inner, tls => 1, headers => ["Authorization: Negotiate $other_host"])->status, 401,
    'and NegotiateAcceptorName';

# ---- what the documents show -----------------------------------------------------

# The indented block of a document that begins with this line.
sub block_of {
    my ($file, $begin) = @_;
    open my $in, '<', "$ENV{NGD_SOURCE_DIR}/$file" or die "$file: $!\n";
    my ($block) = do { local $/; <$in> } =~ /^(    \Q$begin\E.*?\n)(?=\S)/ms or die "$file has no $begin\n";
    return $block;
}

sub as_pasted {
    my ($text) = @_;
    my $module = "$ENV{NGD_BUILD_DIR}/.libs/mod_negotiate_diag.so";
    $text =~ s{(LoadModule negotiate_diag_module) \S+}{$1 $module}g;
    return $text;
}

(my $without_module = $modules) =~ s/^LoadModule negotiate_diag_module.*\n//m;
{
    local $modules = $without_module;
    starts("the configuration of the README is good as it stands",
        as_pasted(block_of('README.md', 'LoadModule negotiate_diag_module')));
    my $reference = do { local (@ARGV, $/) = ("$ENV{NGD_SOURCE_DIR}/conf/negotiate_diag.conf"); <> };
    starts('conf/negotiate_diag.conf is good as it stands', as_pasted($reference));
}
my $intranet = do { local (@ARGV, $/) = ("$ENV{NGD_SOURCE_DIR}/conf/example-intranet.conf"); <> };
starts('conf/example-intranet.conf is good as it stands', $intranet);
my $w3c = do { local (@ARGV, $/) = ("$ENV{NGD_SOURCE_DIR}/conf/w3c-log.conf"); <> };
starts('conf/w3c-log.conf is good as it stands', qq{$w3c\nCustomLog "$dir/w3c.log" w3c\n});

# ---- .htaccess -----------------------------------------------------------------

for my $directive ('NegotiateKeytab /k', 'NegotiateAcceptorName Any', 'NegotiateMechanisms kerberos', 'NegotiateRequireTLS Off',
    'NegotiateExplain Full') {
    my ($name) = $directive =~ /^(\w+)/;
    my $file = vars('documentroot') . '/htaccess/.htaccess';
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} "$directive\n";
    close $out;
    chmod 0644, $file;
    is client()->get('/htaccess/')->status, 500, "$name is not allowed in .htaccess";
    like error_log(), qr/$name (?:not allowed here|cannot occur within htaccess files)/, 'the log says so';
    unlink $file;
}

# ---- the warning -----------------------------------------------------------------

open my $in, '<', vars('t_logs') . '/error_log' or die "error_log: $!\n";
my @warnings = grep { /AuthType Negotiate at .* also answers without TLS/ } <$in>;
is scalar @warnings, 1, 'the start warns once of sign-on without TLS';
my ($file, $line) = $warnings[0] =~ / at (\S+):(\d+) also/;
open my $conf, '<', $file or die "$file: $!\n";
my ($section) = reverse grep { /^<Location/ } (<$conf>)[0 .. $line - 1];
like $section, qr{^<Location "?/(?!tls-)}, 'where it may happen, not where TLS is required';

done_testing;
