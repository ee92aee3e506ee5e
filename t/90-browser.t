# A person with Chromium: the module's pages in the browser itself.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Chromium;

plan skip_all => 'Chromium is not installed' unless NGD::Chromium::program();

my $url = client()->url('/whoami');
my $page = NGD::Chromium->new(realm => realm(), user => 'alice')->open($url);
like $page->{text}, qr/alice\@EXAMPLE\.TEST/, 'alice signs on in Chromium' or diag $page->{text}, $page->{log};
like $page->{text}, qr/Authentication Method : NEGOTIATE\s+Protocol : Kerberos\s+.*You are signed in as\s+alice/s,
    'the page opens with the two lines of Testkerb and says who she is';
like $page->{text}, qr/HTTP\/web\.localhost\@EXAMPLE\.TEST.*aes256-cts-hmac-sha1-96/s, 'and shows ticket and key';

$page = NGD::Chromium->new(realm => realm(), user => 'alice')->open(client()->url('/whoami', tls => 1));
like $page->{text}, qr/alice\@EXAMPLE\.TEST/, 'alice signs on in Chromium over TLS';

$page = NGD::Chromium->new(realm => realm(), user => 'alice', allow => 'intranet.example.test')->open($url);
unlike $page->{text}, qr/alice/, 'Chromium sends no ticket to a site that is not on its list';

like $page->{text}, qr/You are not signed in: your browser did not send a Kerberos ticket\./, 'and shows what to do';

$page = NGD::Chromium->new(realm => realm())->open($url);
like $page->{text}, qr/You are not signed in: your browser was asked for a Kerberos ticket and came back without one\./,
    'a Chromium without a ticket, which asks again without one, shows just that';

$page = NGD::Chromium->new(realm => realm(), user => 'alice')->open(client()->url('/other-keytab'));
like $page->{text}, qr/You are not signed in: this address is set up with another site's key\./,
    'a Chromium whose ticket is refused shows the refusal';

done_testing;
