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

$page = NGD::Chromium->new(realm => realm(), user => 'alice')->open(client()->url('/whoami', tls => 1));
like $page->{text}, qr/alice\@EXAMPLE\.TEST/, 'alice signs on in Chromium over TLS';

$page = NGD::Chromium->new(realm => realm(), user => 'alice', allow => 'intranet.example.test')->open($url);
unlike $page->{text}, qr/alice/, 'Chromium sends no ticket to a site that is not on its list';

done_testing;
