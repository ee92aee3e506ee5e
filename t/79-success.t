# Who is let in pays for no diagnosis: callgrind names every function that httpd's processes have run.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;
use NGD::Server;

plan skip_all => 'not applicable: this httpd runs under another tool already' if $ENV{NGD_HTTPD};
plan skip_all => 'valgrind is not installed' unless grep { -x "$_/valgrind" } split /:/, $ENV{PATH};

# Collecting, inspecting, comparing, diagnosing, expanding, rendering.
my $DIAGNOSTIC = qr/\Angd_(?:collect|inspect|ticket|replay_cache|compare|diagnose|expand|checks|report|host|explain_(?:refusal|challenge|evidence|authorization|elsewhere|answer))/;

# The module's functions that ran while a server answered these requests.
sub functions_of {
    my ($name, $requests) = @_;
    my $calls = vars('serverroot') . "/$name-calls";
    mkdir $calls or die "$calls: $!\n";
    chmod 0777, $calls;
    my $server = NGD::Server->new(
        name => $name,
        run  => ['valgrind', '-q', '--tool=callgrind', "--callgrind-out-file=$calls/%p"],
        conf => <<'EOT');
<Location /nego>
  AuthType Negotiate
  NegotiateKeytab "@realm_dir@/http.keytab"
  Require valid-user
</Location>
EOT
    $requests->($server->client);
    my $parent = $server->pid;
    $server->stop;
    # A child's list begins with what the first process did before it forked: rendering the fixed bodies.
    my %before = map { $_ => 1 } names("$calls/$parent");
    my %ran = map { $_ => 1 } map { names($_) } glob "$calls/*";
    return grep { !$before{$_} } keys %ran;
}

sub names {
    my ($file) = @_;
    my %names;
    open my $in, '<', $file or die "$file: $!\n";
    /^c?fn=\(\d+\) (ngd_\w+)/ and $names{$1}++ while <$in>;
    return keys %names;
}

my @good = tokens('HTTP/web.localhost', '--count', 10);
my @let_in = functions_of('success', sub {
    my ($client) = @_;
    my $connection = $client->connection;
    is $connection->request('/nego/', headers => ["Authorization: Negotiate $_"])->status, 404, 'a user is let in'
        for @good;
});
ok((grep { $_ eq 'ngd_accept' } @let_in), 'callgrind saw the sign-ons');
is_deeply [grep { $_ =~ $DIAGNOSTIC } @let_in], [], 'and no diagnostic function';

my @refused = functions_of('refusal', sub {
    my ($client) = @_;
    is $client->connection->request('/nego/', headers => ['Authorization: Negotiate ' . tokens('HTTP/other.example.test')])->status,
        401, 'a user is refused';
});
ok((grep { $_ eq 'ngd_diagnose' } @refused), 'there callgrind sees the diagnosis');
ok((grep { $_ eq 'ngd_inspect_refused' } @refused), 'and the inspection');

done_testing;
