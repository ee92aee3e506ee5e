# The keytab changes under the running server.
use strict;
use warnings FATAL => 'all';
use FindBin;
use lib "$FindBin::RealBin/lib";
use NGD::Test;

use File::Copy qw(copy move);
use Time::HiRes qw(sleep time);

use constant { CLIENTS => 8, REQUESTS => 40, NEW_KEY_SECS => 2 };

my $service = realm()->add_principal('HTTP/rotating.example.test');
my $live = realm()->path('rotating.keytab');

sub get_with { return client()->connection->request('/rotating?format=json', headers => ["Authorization: Negotiate $_[0]"]) }
sub kvno { return $_[0]->json->{keytab}{matched}{kvno} }

# A new file in the place of the live keytab, at once.
sub install {
    my ($file) = @_;
    copy($file, "$live.new") or die "$live.new: $!\n";
    realm()->share("$live.new");
    move("$live.new", $live) or die "$live: $!\n";
}

# Clients that each send one token after the other over a connection of their own; the number of answers that were
# not 200.
sub hammer {
    my ($during) = @_;
    my @all = tokens($service, '--count', CLIENTS * REQUESTS);
    my @pids;
    for my $client (1 .. CLIENTS) {
        my @mine = splice @all, 0, REQUESTS;
        my $pid = fork // die "fork: $!\n";
        if (!$pid) {
            my $connection = client()->connection;
            my $bad = 0;
            for my $token (@mine) {
                my $answer = $connection->request('/rotating', headers => ["Authorization: Negotiate $token"]);
                # A graceful restart ends kept connections; that is no refusal.
                if (!defined $answer) {
                    $connection = client()->connection;
                    $answer = $connection->request('/rotating', headers => ["Authorization: Negotiate $token"]);
                }
                $bad++ if !defined $answer || $answer->status != 200;
                $connection = client()->connection if ($answer->header('Connection') // '') =~ /close/i;
                sleep 0.02;
            }
            Test::More->builder->no_ending(1);
            POSIX::_exit($bad > 250 ? 250 : $bad);
        }
        push @pids, $pid;
    }
    $during->();
    my $bad = 0;
    for my $pid (@pids) {
        waitpid $pid, 0;
        $bad += $? >> 8 || ($? ? 1 : 0);
    }
    return $bad;
}
use POSIX ();

# ---- the file appears ------------------------------------------------------

my $first = realm()->export_keytab('first.keytab', $service);
unlink $live;
is get_with(scalar tokens($service))->status, 401, 'without a keytab nobody signs on';
install($first);
my $answer = get_with(scalar tokens($service));
is $answer->status, 200, 'a keytab that appears is used at once, since a refusal makes the server look';
my $old_kvno = kvno($answer);

# Another name of the same account stands around the one in the ticket.
{
    open my $in, '<:raw', $first or die "$first: $!\n";
    my $entries = substr do { local $/; <$in> }, 2;
    my $alias = realm()->path('alias.keytab');
    open my $out, '>:raw', $alias or die "$alias: $!\n";
    my $others = $entries =~ s/rotating/aliasing/gr;
    print {$out} "\x05\x02", $others, $entries, $others;
    close $out or die "$alias: $!\n";
    install($alias);
    sleep 1.2;
    is get_with(scalar tokens($service))->json->{keytab}{matched}{principal}, "$service\@EXAMPLE.TEST",
        'of several names with one key the one in the ticket is shown';
    install($first);
    sleep 1.2;
}

# ---- rotation --------------------------------------------------------------

# Prepared aside, old keys and new; clients go on with the tickets that they have.
my @old_tokens = tokens($service, user => 'bob', '--count', 3);
is hammer(sub {
    sleep 0.3;
    copy($first, realm()->path('second.keytab'));
    realm()->rotate('second.keytab', $service);
    install(realm()->path('second.keytab'));
}), 0, 'no request of ' . CLIENTS . ' clients fails while the keytab is replaced';

my $fresh = tokens($service, user => 'bob');
my $begin = time;
$answer = get_with($fresh);
is $answer->status, 200, 'a ticket for the new key is accepted' or diag $answer->as_text;
is kvno($answer), $old_kvno + 1, 'with the new key';
cmp_ok time - $begin, '<', NEW_KEY_SECS, 'at once';
is get_with($old_tokens[0])->status, 200, 'a ticket for the old key is still accepted';

# The KDC has the next key before the file has it: whoever comes too early is refused, the next one is not.
realm()->rotate(undef, $service);
my @early = tokens($service, '--count', 2);
is get_with($early[0])->status, 401, 'a ticket that is newer than the keytab is refused';
realm()->export_keytab('second.keytab', $service);
install(realm()->path('second.keytab'));
is get_with($early[1])->status, 200, 'and accepted as soon as the keytab has the key';

# ---- files that are no good -------------------------------------------------

# Every process of the server has seen the good file before it goes bad.
sleep 1.2;
is hammer(sub {}), 0, 'all processes serve with the newest keys' for 1 .. 2;
error_log();
copy(realm()->path('second.keytab'), "$live.torn");
truncate "$live.torn", (-s "$live.torn") - 5;
install("$live.torn");
sleep 1.2;
is get_with(scalar tokens($service))->status, 200, 'a torn keytab does not end sign-on' for 1 .. 6;
is scalar(() = error_log() =~ /negotiate_diag:warn\b.*rotating\.keytab is no whole keytab/g), 1,
    'it is logged once, by one process for all, as a warning';

chmod 0, $live;
sleep 1.2;
is get_with(scalar tokens($service))->status, 200, 'an unreadable keytab does not end sign-on' for 1 .. 4;
unlink $live;
sleep 1.2;
is get_with(scalar tokens($service))->status, 200, 'a keytab that was removed does not end sign-on' for 1 .. 4;
install(realm()->path('second.keytab'));

# ktadd into the live file, entry by entry.
is hammer(sub {
    for (1 .. 5) {
        sleep 0.1;
        realm()->export_keytab($live, 'HTTP/web.example.test');
    }
}), 0, 'no request fails while ktadd writes into the live file';

# cp into the live file: truncated first, then filled.
is hammer(sub {
    for (1 .. 5) {
        sleep 0.1;
        system('cp', realm()->path('second.keytab'), $live);
    }
}), 0, 'no request fails while cp overwrites the live file';

# ---- a krb5.conf that is broken for a while -----------------------------------

my $krb5_conf = realm()->path('krb5.conf');
sub write_conf { open my $out, '>', $krb5_conf or die "$krb5_conf: $!\n"; print {$out} $_[0]; close $out }

SKIP: {
    # krb5 cannot even release a credential while its krb5.conf is broken: the old processes of the server end so.
    skip 'not applicable: krb5 itself leaks here', 6 if ($ENV{NGD_HTTPD} // '') =~ /valgrind/;
    my $good_conf = do { local (@ARGV, $/) = ($krb5_conf); <> };
    sleep 2.2;      # until the keytab is not young any more
    my @before = tokens($service, '--count', 8);
    error_log();
    write_conf("[libdefaults\n");
    graceful();
    is get_with($before[0])->status, 401, 'where Kerberos itself does not work nobody signs on';
    like error_log(), qr/rotating\.keytab is whole, but Kerberos cannot load it: \S/,
        'the log says that it is not the keytab';
    write_conf($good_conf);
    sleep 1.2;
    get_with($_) for @before[1 .. 3];
    is get_with($_)->status, 200, 'sign-on works again as soon as that is mended' for @before[4 .. 7];
}

# ---- graceful restart --------------------------------------------------------

is hammer(sub {
    sleep 0.2;
    copy(realm()->path('second.keytab'), realm()->path('third.keytab'));
    realm()->rotate('third.keytab', $service);
    install(realm()->path('third.keytab'));
    graceful();
}), 0, 'no request fails through a rotation with a graceful restart';
$answer = get_with(scalar tokens($service));
is $answer->status, 200, 'the new key is used after it' or diag $answer->as_text;

done_testing;
