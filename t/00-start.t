# The test server itself: the ground on which the other suites stand.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

# The local addresses on which a process tree of this run listens.
sub listening_addresses {
    my ($port) = @_;
    my $hex = sprintf '%04X', $port;
    my @found;
    for my $table ('/proc/net/tcp', '/proc/net/tcp6') {
        open my $in, '<', $table or next;
        while (<$in>) {
            my ($address, $state) = (split)[1, 3];
            push @found, $address =~ /^(\w+):/ if $state eq '0A' && $address =~ /:$hex$/;
        }
    }
    return @found;
}

my $anybody = client();

is $anybody->get('/index.html')->status, 200, 'httpd answers over HTTP';
is $anybody->get('/index.html', tls => 1)->status, 200, 'httpd answers over TLS';
is_deeply [listening_addresses(vars('port'))], ['0100007F'], 'httpd listens on 127.0.0.1 only';
is_deeply [listening_addresses(vars('tls_port'))], ['0100007F'], 'its TLS port too';
is_deeply [listening_addresses(realm()->port)], ['0100007F'], 'the KDC too';

my $mpm = $ENV{NGD_MPM} || 'event';
my $log = error_log();
like $log, qr/resuming normal operations/, 'the start is logged';
like $log, qr/negotiate_diag:error\b.*rotating\.keytab does not exist; nobody can sign on/, 'and which keytab is missing';
is Apache::Test::config()->{mpm}, $mpm, "the MPM is $mpm";

done_testing;
