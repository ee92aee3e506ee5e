# Sign-ons with which nothing is wrong: no cause is found, and nothing is logged as a refusal.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Chromium;
use NGD::Dialog;

my ($alice, $anybody, $realm) = (client('alice'), client(), realm());
my $page = '/healthy/whoami';

my @services = (
    $realm->add_principal('HTTP/aes128.localhost', enctypes => 'aes128-cts:normal'),
    $realm->add_principal('HTTP/sha2.localhost', enctypes => 'aes256-sha2:normal'),
);
$realm->export_keytab('healthy.keytab', 'HTTP/web.localhost', 'HTTP/localhost', @services);
select undef, undef, undef, 1.2;        # until every process looks for it again
$alice->get($page) for 1 .. 8;

# The page of a sign-on, in three formats: $ask is called with the header that asks for one.
sub is_healthy {
    my ($what, $ask, %opt) = @_;
    error_log();
    my ($json, $text, $html) = map { $ask->("Accept: $_") } qw(application/json text/plain text/html);
    my $log = error_log();
    subtest "nothing is wrong with $what" => sub {
        my $document = $json->json // {};
        is $json->status, 200, 'it signs on' or diag $json->error // '', $json->as_text;
        is $document->{authentication}{user}, $opt{user} // 'alice@EXAMPLE.TEST', 'as the right one';
        is $document->{attempt}{outcome}, 'accepted', 'it is accepted';
        is $document->{cause}, undef, 'there is no cause';
        is_deeply $document->{also}, [], 'nothing else is noticed';
        is_deeply [map { "$_->{step}: $_->{detail}" } grep { $_->{verdict} eq 'problem' } @{ $document->{checks} }], [],
            'no step of the checklist has a problem';
        unlike $text->body, qr/help desk/, 'the text speaks of no refusal';
        unlike $html->body, qr/help desk|class="refused/, 'nor does the page';
        unlike $log, qr/negotiate: refused/, 'nor the log';
        unlike $log, qr/challenge-ignored/, 'and no challenge was ignored';
        $opt{more}->($document) if $opt{more};
    };
    return;
}

sub by_curl { my ($path, %opt) = @_; return sub { $alice->get($path, %opt, headers => [@_, @{ $opt{headers} // [] }]) } }
sub by_token { my ($token, %opt) = @_; return sub { $anybody->connection->request($opt{path} // $page, %opt, headers => [@_, 'Authorization: Negotiate ' . $token->()]) } }
sub fresh { my @args = @_; return sub { scalar tokens(@args) } }
my $token = fresh('HTTP/web.localhost');

is_healthy('curl, with the port in its address', by_curl($page));
is_healthy('an address without a port', by_token($token, host => 'web.localhost'));
is_healthy('a host in capital letters', by_token($token, host => 'WEB.LOCALHOST'));
is_healthy('a host in mixed letters, with a dot behind', by_token($token, host => 'Web.LocalHost.:8080', path => "$page/host"));
is_healthy('localhost, which has a key', by_curl($page, host => 'localhost'));
is_healthy('HTTP/1.0', by_curl($page, http => '1.0'));
is_healthy('TLS', by_curl($page, tls => 1, http => '1.1'));
is_healthy('HTTP/2 over TLS', by_curl($page, tls => 1, http => '2'), more => sub {
    is $_[0]{connection}{protocol}, 'HTTP/2.0', 'it is HTTP/2' if has_http2();
});
is_healthy('HTTP/2 without TLS', by_curl($page, http => '2-prior'));
is_healthy('HTTP/2 by an upgrade', by_curl($page, http => '2'));
is_healthy('the acceptor name Host', by_curl("$page/host"));
is_healthy('the acceptor name Any', by_curl("$page/any"));
is_healthy('an acceptor name that is one entry', by_curl("$page/one"));
is_healthy('Kerberos without SPNEGO', by_token(fresh('HTTP/web.localhost', '--mech', 'krb5')), more => sub {
    is $_[0]{token}{kind}, 'kerberos', 'it is no SPNEGO';
});
is_healthy('a client that wants no mutual authentication', by_token(fresh('HTTP/web.localhost', '--no-mutual')), more => sub {
    is_deeply $_[0]{token}{ticket}{ap_options}, [], 'it asked for none';
});
is_healthy('a client that forwards its ticket', by_token(fresh('HTTP/web.localhost', '--delegate')), more => sub {
    cmp_ok $_[0]{token}{header_bytes}, '>', 1800, 'the token holds another ticket';
});
is_healthy('a renewable ticket of a short life', by_token(sub {
    my $ccache = $realm->kinit('alice', ccache => $realm->path('private/short.ccache'), lifetime => '5m', args => ['-f', '-r', '1h']);
    return scalar tokens('HTTP/web.localhost', ccache => $ccache);
}));
is_healthy("keys of aes128", by_token(fresh('HTTP/aes128.localhost'), host => 'aes128.localhost'), more => sub {
    is $_[0]{token}{ticket}{enctype}, 'aes128-cts-hmac-sha1-96', 'the ticket is encrypted so';
});
is_healthy("keys of aes256 with SHA-2", by_token(fresh('HTTP/sha2.localhost'), host => 'sha2.localhost'), more => sub {
    is $_[0]{token}{ticket}{enctype}, 'aes256-cts-hmac-sha384-192', 'the ticket is encrypted so';
});
is_healthy('another user', sub { client('bob')->get($page, headers => [@_]) }, user => 'bob@EXAMPLE.TEST');

# ---- several legs ------------------------------------------------------------------

SKIP: {
    skip 'there is no GSSAPI mechanism for NTLM', 1 unless NGD::Dialog::ntlm_mechanism();
    is_healthy('a negotiation of several legs', sub {
        my $dialog = NGD::Dialog->new(realm => $realm, user => 'alice');
        my $connection = $anybody->connection;
        my $answer = $connection->request($page, headers => [@_, 'Authorization: Negotiate ' . $dialog->token]);
        while ($answer->status == 401 && $answer->header('WWW-Authenticate') =~ /\ANegotiate (\S+)\z/) {
            $answer = $connection->request($page, headers => [@_, 'Authorization: Negotiate ' . $dialog->answer($1)]);
        }
        return $answer;
    }, more => sub { is $_[0]{attempt}{leg}, 3, 'it took three' });
}

# ---- a client of another realm --------------------------------------------------------

{
    my $other = NGD::Realm->new(dir => vars('serverroot') . '/other-realm', realm => 'OTHER.TEST')->start;
    $_->kadmin('addprinc -pw between-the-realms krbtgt/EXAMPLE.TEST@OTHER.TEST') for $other, $realm;
    my $conf = $other->write_krb5_conf('client.conf', realms => [$realm]);
    my $ccache = do { local $other->{dir} = $other->{dir}; $other->kinit('alice') };
    is_healthy('a client of a realm that is trusted', by_token(fresh('HTTP/web.localhost@EXAMPLE.TEST', ccache => $ccache, krb5_conf => $conf)),
        user => 'alice@OTHER.TEST', more => sub { is $_[0]{ticket}{client}, 'alice@OTHER.TEST', 'its ticket says so' });
    $other->stop;
}

# ---- many requests of one client --------------------------------------------------------

# A browser that signs on for each page: first without a token, then with one, on one connection.
my @navigation = ('Sec-Fetch-Mode: navigate', 'Accept: text/html,application/json;q=2');
my $connection = $anybody->connection;
error_log();
my @answers = map {
    map { $connection->request("$page?format=json", headers => [@navigation, @$_]) } [], ['Authorization: Negotiate ' . $token->()]
} 1 .. 3;
is_deeply [map { $_->status } @answers], [(401, 200) x 3], 'one page three times, each first without a token and then with one';
my $log = error_log();
is scalar(() = $log =~ /challenged reference=\S+ cause=no-token\b/g), 3, 'is three challenges';
unlike $log, qr/challenge-ignored|negotiate: refused/, 'none of which was ignored or refused';
is_deeply [map { $answers[$_]->json->{cause} } 1, 3, 5], [undef, undef, undef], 'and no cause at the end';

# ---- a browser, and a page with much in it -------------------------------------------------

SKIP: {
    skip 'Chromium is not installed', 4 unless NGD::Chromium::program();
    error_log();
    my $shown = NGD::Chromium->new(realm => $realm, user => 'alice')
        ->open($anybody->url('/healthy/page.html'), args => ['--virtual-time-budget=15000']);
    like $shown->{text}, qr/20 images, then 401 and 401/,
        'a page with 20 images, a manifest and requests without credentials works in Chromium' or diag $shown->{text}, $shown->{log};
    my $seen = error_log();
    my $omitted = () = $seen =~ /challenged reference=\S+ cause=no-token/g;
    cmp_ok $omitted, '>=', 3, 'its requests without credentials are challenges like that of the page';
    unlike $seen, qr/challenge-ignored/, 'none of them was ignored';
    unlike $seen, qr/negotiate: refused/, 'and nothing was refused';
}

done_testing;
