# conf/w3c-log.conf: an access log whose lines read like those of IIS.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Server;

my $realm = realm();
my $wrong = $realm->add_principal('HTTP/w3c-wrong.localhost');
{
    local %ENV = (%ENV, %{ $realm->env });
    my $path = $realm->path('w3c.keytab');
    $realm->export_keytab($path, 'HTTP/web.localhost');
    open my $ktutil, '|-', 'ktutil >/dev/null' or die "ktutil: $!\n";
    print {$ktutil} "addent -password -p $wrong\@EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\nnot-the-password\nwkt $path\nquit\n";
    close $ktutil or die "ktutil failed\n";
}

my $server = NGD::Server->new(name => 'w3c', conf => <<"EOT");
Include "$ENV{NGD_SOURCE_DIR}/conf/w3c-log.conf"
CustomLog "\@dir\@/w3c.log" w3c
NegotiateKeytab "\@realm_dir\@/w3c.keytab"
<Location /whoami.aspx>
  AuthType Negotiate
  Require valid-user
  SetHandler negotiate-whoami
</Location>
<Location "/a page">
  AuthType Negotiate
  Require valid-user
</Location>
<Location /bob>
  AuthType Negotiate
  Require user bob\@EXAMPLE.TEST
</Location>
<Location /tls>
  AuthType Negotiate
  NegotiateRequireTLS On
  Require valid-user
</Location>
<Location /document>
  AuthType Negotiate
  Require valid-user
  ErrorDocument 401 /own.html
</Location>
<Directory "\@dir\@/htdocs/folder">
  DirectoryIndex index.html
  <Files index.html>
    AuthType Negotiate
    Require valid-user
  </Files>
</Directory>
<Directory "\@dir\@/htdocs/bobs">
  DirectoryIndex index.html
  <Files index.html>
    AuthType Negotiate
    Require user bob\@EXAMPLE.TEST
  </Files>
</Directory>
EOT
mkdir $server->path("htdocs/$_") or die "$_: $!\n" for 'folder', 'bobs';
for my $name ('own.html', 'folder/index.html', 'bobs/index.html') {
    open my $out, '>', $server->path("htdocs/$name") or die "$name: $!\n";
    print {$out} "a page\n";
    close $out;
}
system 'chmod', '-R', 'a+rX', $server->path('htdocs');

my $MSIE = 'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0)';
my $lines = 0;

# The fields of the one line that a request leaves.
my @NAMES = qw(date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)
    sc-status sc-substatus sc-win32-status time-taken);
sub logged {
    my ($path, %opt) = @_;
    my @headers = ("User-Agent: $MSIE", @{ $opt{headers} // [] });
    $server->client->connection->request($path, method => $opt{method} // 'GET', headers => \@headers);
    my @all;
    for (1 .. 100) {
        open my $in, '<', $server->path('w3c.log') or die "w3c.log: $!\n";
        chomp(@all = <$in>);
        last if @all > $lines;
        select undef, undef, undef, 0.05;
    }
    is @all - $lines, 1, "$path leaves one line";
    $lines = @all;
    my @fields = split / /, $all[-1] // '', -1;
    is scalar @fields, scalar @NAMES, 'of as many fields as there are names' or diag $all[-1];
    my %field;
    @field{@NAMES} = @fields;
    return \%field;
}
sub numbers { my ($field) = @_; return join ' ', @$field{qw(sc-status sc-substatus sc-win32-status)} }
sub negotiate { return (headers => ["Authorization: Negotiate $_[0]", @_[1 .. $#_]]) }

# ---- the article's two excerpts -------------------------------------------------------

is numbers(logged('/whoami.aspx')), '401 2 5', 'the first excerpt: a request without a token';
is numbers(logged('/whoami.aspx')), '401 2 5', 'and another one';

my $first = logged('/whoami.aspx');
is numbers($first), '401 2 5', 'the second excerpt: a request without a token';
is numbers(logged('/whoami.aspx', negotiate('TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw=='))), '401 1 2148074245',
    'then one with a mechanism that the server has not got';

my $port = $server->port;
is_deeply [@$first{qw(s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer))}],
    ['127.0.0.1', 'GET', '/whoami.aspx', '-', $port, '-', '127.0.0.1', $MSIE =~ s/ /%20/gr, '-'],
    'the other fields are those of the article';
like "@$first{qw(date time)}", qr/\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\z/, 'with date and time';
like $first->{'time-taken'}, qr/\A\d+\z/, 'and how long it took';

# ---- what else there is --------------------------------------------------------------------

is numbers(logged('/whoami.aspx', negotiate(scalar tokens($wrong)))), '401 1 2148074274', 'a key that does not fit';
my $good = logged('/whoami.aspx?format=json&a=b', negotiate(scalar tokens('HTTP/web.localhost'), 'Referer: http://web.localhost/a page'));
is numbers($good), '200 0 0', 'a sign-on';
is_deeply [@$good{qw(cs-uri-stem cs-uri-query cs-username cs(Referer))}],
    ['/whoami.aspx', 'format=json&a=b', 'alice@EXAMPLE.TEST', 'http://web.localhost/a%20page'], 'with user, query and referrer';
is numbers(logged('/bob', negotiate(scalar tokens('HTTP/web.localhost')))), '403 0 5', 'one who is not allowed';
is numbers(logged('/tls')), '403 4 5', 'one without TLS where it is required';
is numbers(logged('/own.html')), '200 0 0', 'a page for everybody';
is numbers(logged('/no-such')), '404 0 0', 'a page that is not there';
is numbers(logged('/document')), '401 2 5', 'an ErrorDocument keeps the numbers of a challenge';
my $document = logged('/document', negotiate(scalar tokens($wrong)));
is numbers($document), '401 1 2148074274', 'and those of a refusal';
is $document->{'cs-uri-stem'}, '/document', 'under the address that was asked for';
is numbers(logged('/folder/')), '401 2 5', 'so does an index of an open folder';
is numbers(logged('/folder/', negotiate(scalar tokens($wrong)))), '401 1 2148074274', 'also those of its refusal';
is numbers(logged('/folder/', negotiate(scalar tokens('HTTP/web.localhost')))), '200 0 0', 'and of its sign-on';
my $bobs = logged('/bobs/', negotiate(scalar tokens('HTTP/web.localhost')));
is numbers($bobs), '403 0 5', 'and of one who is not allowed to see it';

# ---- nobody writes a field of his own ----------------------------------------------------------

my $forged = logged('/a%20page%20200%200%200?x', headers => ['User-Agent: one two', 'Referer: x y" z']);
is numbers($forged), '404 0 0', 'an address with blanks keeps the fields in their places';
is $forged->{'cs-uri-stem'}, '/a%20page%20200%200%200', 'and is logged as it came';

done_testing;
