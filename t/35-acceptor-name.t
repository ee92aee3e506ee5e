# Which entries of a keytab open a ticket.  mixed.keytab holds HTTP/ and host/ keys of several hosts.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

my $connection = client()->connection;

# The status for a token for that service, in a request that names that host.
sub status {
    my ($path, $spn, $host) = @_;
    my $token = tokens($spn);
    return $connection->request($path, host => $host, headers => ["Authorization: Negotiate $token"])->status;
}

my @cases = (
    # location      token for              Host header               status  what holds
    ['/name-http', 'HTTP/web.localhost',    'web.localhost',          200, 'HTTP: a ticket for the HTTP service'],
    ['/name-http', 'HTTP/web.example.test', 'web.localhost',          200, 'HTTP: whatever the host'],
    ['/name-http', 'host/web.localhost',    'web.localhost',          401, 'HTTP: none for another service'],
    ['/name-host', 'HTTP/web.localhost',    'web.localhost',          200, 'Host: a ticket for the host of the request'],
    ['/name-host', 'HTTP/web.localhost',    'WEB.LocalHost:8080',     200, 'Host: whatever its case and port'],
    ['/name-host', 'HTTP/web.localhost',    'web.localhost.',         200, 'Host: and whether a dot ends it'],
    ['/name-host', 'HTTP/web.example.test', 'web.localhost',          401, 'Host: none for another host'],
    ['/name-host', 'HTTP/web.localhost',    'nowhere.example.test',   401, 'Host: none where the keytab has no such host'],
    ['/name-host', 'host/web.localhost',    'web.localhost',          401, 'Host: none for another service'],
    ['/name-one',  'host/web.localhost',    'web.localhost',          200, 'service@host: a ticket for just that'],
    ['/name-one',  'HTTP/web.localhost',    'web.localhost',          401, 'service@host: none for another service'],
    ['/name-any',  'host/web.localhost',    'web.localhost',          200, 'Any: a ticket for any entry'],
    ['/name-any',  'HTTP/web.example.test', 'web.localhost',          200, 'Any: for every host'],
    ['/name-any',  'HTTP/localhost',        'web.localhost',          401, 'Any: none for a key that is not there'],
);
is status(@$_[0 .. 2]), $_->[3], $_->[4] for @cases;

# Host names that no client should send look like any other that is not in the keytab.
for my $host ('-', '..', '[::1]', 'a' x 5000) {
    my $token = tokens('HTTP/web.localhost');
    my $answer = client()->connection->request('/name-host', host => $host,
        headers => ["Authorization: Negotiate $token"]);
    ok $answer->status =~ /\A40[01]\z/, 'Host: a ' . length($host) . '-byte host name admits nobody';
}

done_testing;
