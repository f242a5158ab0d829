#include "ipc/capture/kernel_capture.h"

#include "ipc/capture/kernel_calls.h"
#include "ipc/capture/kernel_ring.h"
#include "ipc/host/proc.h"
#include "ipc/process/fd.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

// The program, as clang has made it of bpf/capture.bpf.c. Names of this file alone would have one entry
// together in arm64's table of addresses.
asm(".pushsection .rodata\n"
    ".global byteyard_capture_begin, byteyard_capture_end\n"
    ".hidden byteyard_capture_begin, byteyard_capture_end\n"
    ".balign 16\n"
    "byteyard_capture_begin: .incbin \"" BYTEYARD_BPF_OBJECT "\"\n"
    "byteyard_capture_end: .byte 0\n"
    ".popsection\n");
extern "C" const char
    byteyard_capture_begin[];                 // NOLINT(readability-identifier-naming): names of the assembler
extern "C" const char byteyard_capture_end[]; // NOLINT(readability-identifier-naming)

namespace byteyard::ipc {

namespace {

/// Nothing in the kernel leads to it but another of the programs.
constexpr std::string_view calledProgram = "leave_more";

/// The device of a mount, as /proc/PID/mountinfo has it: what the kernel itself compares. stat(2) may tell
/// another one (overlayfs, btrfs).
std::optional<dev_t> deviceOfMount(pid_t pid, std::uint64_t mount)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/mountinfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::uint64_t id = 0;
        std::uint64_t parent = 0;
        unsigned int first = 0;
        unsigned int second = 0;
        char colon = 0;
        if (words >> id >> parent >> first >> colon >> second && id == mount)
            return makedev(first, second);
    }
    return std::nullopt;
}

std::string causeOf(const std::system_error& error)
{
    switch (error.code().value()) {
    case EPERM:
        return "the engine lacks CAP_BPF and CAP_PERFMON";
    case EACCES:
        return "this kernel's verifier refuses the program";
    case ESRCH:
    case ENOENT:
        return "this kernel has no type information (CONFIG_DEBUG_INFO_BTF) or lacks the trace points";
    default:
        return std::string("the kernel refuses ") + error.what();
    }
}

class BpfCapture final : public KernelCapture
{
public:
    BpfCapture(std::size_t dataBytes, std::size_t ringBytes);
    ~BpfCapture() override;

    void followTask(pid_t pid) override;
    void attachTask(pid_t pid) override;
    void leaveTask(pid_t pid) noexcept override;
    bool setTelling(pid_t tid, Telling telling) override;
    void followFile(pid_t pid, int fd, const ObjectKey& key) override;
    std::size_t take(const std::function<void(const KernelRecord&)>& to, std::size_t most) override;
    void waitForRecords(int other) override;
    std::vector<KernelLoss> losses() override;
    std::uint64_t uncounted() override;

private:
    void walkTasks() const;
    int map(const char* name) const { return bpf_object__find_map_fd_by_name(m_object.get(), name); }

    struct Close
    {
        void operator()(bpf_object* object) const { bpf_object__close(object); }
        void operator()(bpf_link* link) const { bpf_link__destroy(link); }
    };
    std::unique_ptr<bpf_object, Close> m_object;
    std::vector<std::unique_ptr<bpf_link, Close>> m_links;
    std::vector<int> m_programs;
    int m_iterator = -1; ///< a link of m_links
    std::unique_ptr<KernelRing> m_ring;
    byteyard_settings* m_settings = nullptr;
    std::vector<MemoryCopy> m_copies;
};

void require(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
}

constexpr std::size_t settingsSize()
{
    constexpr std::size_t page = 4096;
    return (sizeof(byteyard_settings) + page - 1) / page * page;
}

BpfCapture::BpfCapture(std::size_t dataBytes, std::size_t ringBytes)
{
    libbpf_set_print(nullptr);
    m_object.reset(bpf_object__open_mem(
        byteyard_capture_begin, static_cast<std::size_t>(byteyard_capture_end - byteyard_capture_begin),
        nullptr));
    if (!m_object)
        throw std::system_error(errno, std::generic_category(), "bpf_object__open_mem");
    bpf_map* ring = bpf_object__find_map_by_name(m_object.get(), "ring");
    bpf_map* scratches = bpf_object__find_map_by_name(m_object.get(), "scratches");
    require(bpf_map__set_max_entries(ring, static_cast<std::uint32_t>(ringBytes)), "ring");
    require(bpf_map__set_max_entries(scratches, static_cast<std::uint32_t>(libbpf_num_possible_cpus())),
            "scratches");
    require(bpf_object__load(m_object.get()), "bpf_object__load");
    void* settings = ::mmap(nullptr, settingsSize(), PROT_READ | PROT_WRITE, MAP_SHARED, map("settings"), 0);
    if (settings == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    m_settings = static_cast<byteyard_settings*>(settings);
    m_settings->dataBytes = static_cast<unsigned>(std::min<std::size_t>(dataBytes, BYTEYARD_MOST_DATA));
    struct stat numbers
    {
    };
    if (::stat("/proc/self/ns/pid", &numbers) != 0)
        throw std::system_error(errno, std::generic_category(), "/proc/self/ns/pid");
    m_settings->numbers = static_cast<unsigned>(numbers.st_ino);
    m_settings->restart = SYS_restart_syscall;
    m_settings->tracer = static_cast<unsigned>(::getpid());
    for (const CallRow& row : callRows())
        m_settings->calls[row.number] = kernelCall(row);
    m_ring = std::make_unique<KernelRing>(map("ring"), ringBytes);
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, m_object.get())
    {
        if (bpf_program__name(program) == calledProgram)
            continue;
        std::unique_ptr<bpf_link, Close> link(bpf_program__attach(program));
        if (!link)
            throw std::system_error(errno, std::generic_category(), "bpf_program__attach");
        if (bpf_program__type(program) == BPF_PROG_TYPE_TRACING &&
            bpf_program__expected_attach_type(program) == BPF_TRACE_ITER)
            m_iterator = bpf_link__fd(link.get());
        else
            m_programs.push_back(bpf_program__fd(program));
        m_links.push_back(std::move(link));
    }
}

BpfCapture::~BpfCapture()
{
    m_links.clear();
    if (m_settings != nullptr)
        ::munmap(m_settings, settingsSize());
}

void BpfCapture::followTask(pid_t pid)
{
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd)
        throw std::system_error(errno, std::generic_category(), "pidfd_open");
    // The kernel's side alone knows what it keeps there.
    const std::vector<std::byte> none(
        bpf_map__value_size(bpf_object__find_map_by_name(m_object.get(), "tasks")));
    const int key = pidfd.get();
    require(bpf_map_update_elem(map("tasks"), &key, none.data(), BPF_ANY), "bpf_map_update_elem");
}

/// Runs the program that takes threads on or lets them go, as the settings say.
void BpfCapture::walkTasks() const
{
    const Fd walk(bpf_iter_create(m_iterator));
    if (!walk)
        throw std::system_error(errno, std::generic_category(), "bpf_iter_create");
    std::array<char, 64> nothing{};
    while (::read(walk.get(), nothing.data(), nothing.size()) > 0) {
    }
}

void BpfCapture::attachTask(pid_t pid)
{
    m_settings->attach = static_cast<unsigned>(pid);
    try {
        walkTasks();
    } catch (...) {
        m_settings->attach = 0;
        throw;
    }
    m_settings->attach = 0;
}

void BpfCapture::leaveTask(pid_t pid) noexcept
{
    m_settings->leave = static_cast<unsigned>(pid);
    try {
        walkTasks();
    } catch (const std::system_error&) { // they are told of on, to nobody, and halt for no tracer
    }
    m_settings->leave = 0;
}

bool BpfCapture::setTelling(pid_t tid, Telling telling)
{
    const auto key = static_cast<std::uint32_t>(tid);
    const int silent = map("silent");
    if (telling == Telling::Every) {
        if (bpf_map_delete_elem(silent, &key) == 0)
            __atomic_sub_fetch(&m_settings->silenced, 1, __ATOMIC_SEQ_CST);
        return true;
    }
    const std::uint32_t value = telling == Telling::None ? BYTEYARD_STOPPED : BYTEYARD_SILENT;
    if (bpf_map_update_elem(silent, &key, &value, BPF_EXIST) == 0)
        return true;
    if (bpf_map_update_elem(silent, &key, &value, BPF_NOEXIST) != 0)
        return false;
    __atomic_add_fetch(&m_settings->silenced, 1, __ATOMIC_SEQ_CST);
    return true;
}

void BpfCapture::followFile(pid_t pid, int fd, const ObjectKey& key)
{
    byteyard_key inUser{static_cast<std::uint64_t>(key.kind), key.id.device, key.id.inode};
    byteyard_key inKernel = inUser;
    if (key.kind == ObjectKey::Kind::Inode) {
        struct stat status
        {
        };
        const std::string place = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
        if (::stat(place.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            return; // pipes and sockets are told anyway
        if (const auto inode = proc::descriptorField(pid, fd, "ino:"))
            inKernel.number = *inode;
        if (const auto mount = proc::descriptorField(pid, fd, "mnt_id:"))
            if (const auto device = deviceOfMount(pid, *mount))
                inKernel.device = *device;
    } else if (key.kind != ObjectKey::Kind::Pty) {
        return;
    }
    bpf_map_update_elem(map("followed"), &inKernel, &inUser, BPF_ANY);
}

std::size_t BpfCapture::take(const std::function<void(const KernelRecord&)>& to, std::size_t most)
{
    return m_ring->take(
        [&](std::span<const std::byte> bytes) {
            if (bytes.size() < sizeof(byteyard_record))
                return;
            const auto* record = reinterpret_cast<const byteyard_record*>(bytes.data());
            std::size_t at = sizeof *record;
            m_copies.clear();
            for (unsigned i = 0; i < record->pieces && bytes.size() - at >= sizeof(byteyard_piece); ++i) {
                const auto* piece = reinterpret_cast<const byteyard_piece*>(bytes.data() + at);
                at += sizeof *piece;
                const std::size_t size = std::min<std::size_t>(piece->size, bytes.size() - at);
                m_copies.push_back({piece->address, bytes.subspan(at, size)});
                at = std::min(at + (size + 7) / 8 * 8, bytes.size());
            }
            to({*record, m_copies});
        },
        most);
}

void BpfCapture::waitForRecords(int other)
{
    __atomic_store_n(&m_settings->wanted, 1U, __ATOMIC_SEQ_CST);
    std::array<pollfd, 2> ready{pollfd{map("ring"), POLLIN, 0}, pollfd{other, POLLIN, 0}};
    ::poll(ready.data(), ready.size(), -1);
    __atomic_store_n(&m_settings->wanted, 0U, __ATOMIC_SEQ_CST);
}

std::vector<KernelLoss> BpfCapture::losses()
{
    std::vector<KernelLoss> list;
    const int losses = map("losses");
    byteyard_loss_key key{};
    const byteyard_loss_key* before = nullptr;
    byteyard_loss_key next{};
    while (bpf_map_get_next_key(losses, before, &next) == 0) {
        key = next;
        before = &key;
        KernelLoss loss;
        if (bpf_map_lookup_elem(losses, &key, &loss.counts) != 0)
            continue;
        loss.from = key;
        list.push_back(loss);
    }
    return list;
}

std::uint64_t BpfCapture::uncounted()
{
    std::uint64_t count = __atomic_load_n(&m_settings->uncounted, __ATOMIC_RELAXED);
    for (const int program : m_programs) {
        bpf_prog_info info{};
        std::uint32_t size = sizeof info;
        if (bpf_obj_get_info_by_fd(program, &info, &size) == 0)
            count += info.recursion_misses;
    }
    return count;
}

} // namespace

std::unique_ptr<KernelCapture> KernelCapture::open(std::size_t dataBytes, std::size_t ringBytes,
                                                   std::string& why)
{
    try {
        return std::make_unique<BpfCapture>(dataBytes, ringBytes);
    } catch (const std::system_error& error) {
        why = causeOf(error);
        return nullptr;
    }
}

std::string KernelCapture::whyNot()
{
    std::string why;
    open(0, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), why);
    return why;
}

} // namespace byteyard::ipc
