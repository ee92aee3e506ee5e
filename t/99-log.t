# What the server's log must not hold after all the other suites.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my $log = error_log();
unlike $log, qr/exit signal|Segmentation fault|assertion .* failed/i, 'no process of httpd died';
unlike $log, qr/AddressSanitizer|LeakSanitizer|runtime error:/, 'no sanitizer complained';
unlike $log, qr/cause=unknown/, 'no refusal is without a cause';
unlike $log, qr/YII[A-Za-z0-9+\/]{60}/, 'no token was logged';

done_testing;
