# Scaffold: a forged token signs on.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

is judge(realm()->path('http.keytab'), forge('HTTP/web.localhost')), 'accept alice@EXAMPLE.TEST', 'a forged token is accepted';
done_testing;
