"""What the tests do with Samba's own library, where samba-tool has no command for it, or is slow.

  provision DIR REALM HOST ADDRESS KDC_PORT KPASSWD_PORT    a new domain, its smb.conf in DIR/smb.conf
  fill DIR GROUPS NAME=PASSWORD...                          users; the one named "many" is in that many groups
  set DIR NAME ATTRIBUTE VALUE                              an attribute of an account
  duplicate DIR NAME SPN                                    an SPN that another account has already
"""
import grp
import logging
import os
import pwd
import sys

import ldb
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

# Only the KDC runs.  All that it would open elsewhere points into the domain's own folder.
SMB_CONF = """[global]
    netbios name = {host}
    workgroup = {workgroup}
    realm = {realm}
    server role = active directory domain controller
    server services = kdc
    interfaces = {address}/8
    bind interfaces only = yes
    krb5 port = {kdc_port}
    kpasswd port = {kpasswd_port}
    private dir = {dir}/private
    lock directory = {dir}
    state directory = {dir}/state
    cache directory = {dir}/cache
    binddns dir = {dir}/bind-dns
    pid directory = {dir}
    ncalrpc dir = {dir}/ncalrpc
    winbindd socket directory = {dir}/winbindd
    ntp signd socket directory = {dir}/ntp
    log file = {dir}/samba.log
    ldb:nosync = true
    disable netbios = yes
    allow dns updates = disabled
    dns update command = /bin/true
    spn update command = /bin/true
    samba kcc command = /bin/true
[sysvol]
    path = {dir}/state/sysvol
    read only = no
[netlogon]
    path = {dir}/state/sysvol/{domain}/scripts
    read only = no
"""


def parameters(folder):
    lp = LoadParm()
    lp.load(folder + "/smb.conf")
    return lp


def database(folder):
    return SamDB(url=folder + "/private/sam.ldb", session_info=system_session(), lp=parameters(folder))


def account(sam, name):
    return sam.search(expression="(sAMAccountName=%s)" % name, attrs=[])[0].dn


def make_domain(folder, realm, host, address, kdc_port, kpasswd_port):
    workgroup = realm.split(".")[0]
    for part in ("private", "state", "cache", "bind-dns", "ncalrpc"):
        os.makedirs(folder + "/" + part)
    with open(folder + "/smb.conf", "w") as conf:
        conf.write(SMB_CONF.format(dir=folder, domain=realm.lower(), **locals()))
    user = pwd.getpwuid(os.getuid()).pw_name
    # The files of the domain's shares would need a file system with ACLs, and nobody reads them here.
    provision(logging.getLogger(), system_session(), smbconf=folder + "/smb.conf", lp=parameters(folder),
              realm=realm, domain=workgroup, hostname=host, hostip=address, adminpass="Passw0rd!of-admin",
              serverrole="active directory domain controller", dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
              dns_backend="NONE", use_ntvfs=False, skip_sysvolacl=True,
              root=user, nobody=user, users=grp.getgrgid(os.getgid()).gr_name)


def fill(folder, groups, *users):
    sam = database(folder)
    sam.transaction_start()
    for user in users:
        name, password = user.split("=", 1)
        sam.newuser(name, password)
        sam.setexpiry("(sAMAccountName=%s)" % name, 0, no_expiry_req=True)
    if groups != "0":
        member = str(account(sam, "many"))
    for i in range(int(groups)):
        sam.add({"dn": "CN=group%d,CN=Users,%s" % (i, sam.domain_dn()), "objectClass": "group",
                 "sAMAccountName": "group%d" % i, "member": member})
    sam.transaction_commit()


def set_attribute(folder, name, attribute, value):
    sam = database(folder)
    change = ldb.Message(account(sam, name))
    change["change"] = ldb.MessageElement([value], ldb.FLAG_MOD_REPLACE, attribute)
    sam.modify(change)


def duplicate(folder, name, spn):
    """Domain controllers of today refuse a second account for an SPN; old entries of the kind, or of a replication
    conflict, are there all the same.  So this goes by the file, past the check."""
    sam = database(folder)
    change = ldb.Message(account(sam, name))
    change["change"] = ldb.MessageElement([spn], ldb.FLAG_MOD_ADD, "servicePrincipalName")
    file = folder + "/private/sam.ldb.d/" + str(sam.domain_dn()).upper() + ".ldb"
    ldb.Ldb("tdb://" + file, options=["modules:"]).modify(change)


{"provision": make_domain, "fill": fill, "set": set_attribute, "duplicate": duplicate}[sys.argv[1]](*sys.argv[2:])
