package NGD::Keytab;

# Keytabs taken apart and put together again, so that a suite can have the very one
# that an administrator has made by mistake, with keys of the real KDC in it.
#
#   my @entries = NGD::Keytab::read($path);
#   NGD::Keytab::write($path, grep { $_->{kvno} == 1 } @entries);
#   my @present = NGD::Keytab::of($realm, $principal);    # the keys that its KDC has now
#
# An entry is { principal, kvno, enctype, key, name_type, time }; with() copies it.

use strict;
use warnings FATAL => 'all';

use constant { AES128 => 17, AES256 => 18, RC4 => 23 };

sub read {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    my $bytes = do { local $/; <$in> };
    $bytes =~ s/\A\x05\x02// or die "$path is no keytab of version 2\n";
    my @entries;
    while (length $bytes) {
        my $size = unpack 'l>', substr $bytes, 0, 4, '';
        my $record = substr $bytes, 0, abs $size, '';
        push @entries, _entry($record) if $size > 0;
    }
    return @entries;
}

sub of {
    my ($realm, $principal) = @_;
    my $path = $realm->path('private/keys.keytab');
    unlink $path;
    $realm->export_keytab($path, $principal);
    return NGD::Keytab::read($path);
}

sub _entry {
    my ($record) = @_;
    my ($count, $realm, $rest) = unpack 'n n/a a*', $record;
    my @parts;
    for (1 .. $count) {
        (my $part, $rest) = unpack 'n/a a*', $rest;
        push @parts, $part;
    }
    my ($name_type, $time, $kvno8, $enctype, $key, $kvno) = unpack 'N N C n n/a a*', $rest;
    return {
        principal => join('/', @parts) . "\@$realm",
        kvno      => length $kvno >= 4 ? unpack 'N', $kvno : $kvno8,
        enctype   => $enctype, key => $key, name_type => $name_type, time => $time,
    };
}

# The same entry but for some of its fields.
sub with { my ($entry, %other) = @_; return { %$entry, %other } }

sub write {
    my ($path, @entries) = @_;
    # Beside it first: a server that reads it meanwhile sees the old one or the new one.
    open my $out, '>:raw', "$path.new" or die "$path.new: $!\n";
    print {$out} "\x05\x02", map { pack 'N/a', _record($_) } @entries;
    close $out or die "$path.new: $!\n";
    chmod 0644, "$path.new";
    rename "$path.new", $path or die "$path: $!\n";
    return $path;
}

sub _record {
    my ($entry) = @_;
    my ($name, $realm) = $entry->{principal} =~ /\A(.*)\@(.*)\z/;
    my @parts = split m{/}, $name;
    return pack('n n/a', scalar @parts, $realm) . join('', map { pack 'n/a', $_ } @parts)
        . pack 'N N C n n/a N', $entry->{name_type}, $entry->{time}, $entry->{kvno} & 0xff, $entry->{enctype}, $entry->{key}, $entry->{kvno};
}

1;
