#include "ipc/capture/socket_family.h"

#include "ipc/capture/describe_words.h"

#include <algorithm>
#include <cctype>
#include <linux/netlink.h>
#include <string_view>
#include <sys/socket.h>

namespace byteyard::ipc {

namespace {

constexpr std::string_view familyHead = "AF_";
constexpr NamedBits families[] = {
    {AF_UNIX, "AF_UNIX"},       {AF_INET, "AF_INET"},
    {AF_INET6, "AF_INET6"},     {AF_NETLINK, "AF_NETLINK"},
    {AF_PACKET, "AF_PACKET"},   {AF_VSOCK, "AF_VSOCK"},
    {AF_ALG, "AF_ALG"},         {AF_BLUETOOTH, "AF_BLUETOOTH"},
    {AF_CAN, "AF_CAN"},         {AF_XDP, "AF_XDP"},
    {AF_TIPC, "AF_TIPC"},       {AF_KEY, "AF_KEY"},
    {AF_KCM, "AF_KCM"},         {AF_RDS, "AF_RDS"},
    {AF_QIPCRTR, "AF_QIPCRTR"}, {AF_SMC, "AF_SMC"},
    {AF_NFC, "AF_NFC"},
};
constexpr std::string_view netlinkHead = "NETLINK_";
constexpr NamedBits netlinks[] = {
    {NETLINK_ROUTE, "NETLINK_ROUTE"},         {NETLINK_USERSOCK, "NETLINK_USERSOCK"},
    {NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG"}, {NETLINK_NFLOG, "NETLINK_NFLOG"},
    {NETLINK_XFRM, "NETLINK_XFRM"},           {NETLINK_SELINUX, "NETLINK_SELINUX"},
    {NETLINK_AUDIT, "NETLINK_AUDIT"},         {NETLINK_CONNECTOR, "NETLINK_CONNECTOR"},
    {NETLINK_NETFILTER, "NETLINK_NETFILTER"}, {NETLINK_KOBJECT_UEVENT, "NETLINK_KOBJECT_UEVENT"},
    {NETLINK_GENERIC, "NETLINK_GENERIC"},     {NETLINK_CRYPTO, "NETLINK_CRYPTO"},
};

/// "NETLINK_SOCK_DIAG" without its head: "sock diag".
std::string spoken(std::string name, std::string_view head)
{
    if (name.starts_with(head))
        name.erase(0, head.size());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) {
        return letter == '_' ? ' ' : static_cast<char>(std::tolower(letter));
    });
    return name;
}

} // namespace

bool hasFollowedPeers(int family)
{
    return family == AF_UNIX || family == AF_INET || family == AF_INET6;
}

std::string familyName(int family)
{
    return valueName(static_cast<unsigned>(family), families);
}

std::string protocolName(int family, int protocol)
{
    return family == AF_NETLINK ? valueName(static_cast<unsigned>(protocol), netlinks)
                                : std::to_string(protocol);
}

std::string otherSocketName(int family, int protocol)
{
    if (family == AF_UNSPEC)
        return {};
    std::string name = spoken(familyName(family), familyHead);
    if (family == AF_NETLINK)
        name += ' ' + spoken(protocolName(family, protocol), netlinkHead);
    return name;
}

} // namespace byteyard::ipc
