#pragma once

#include "ipc/endpoint/endpoint.h"

#include <unordered_map>

namespace byteyard::ipc {

/// An endpoint that the sampler looks at.
struct SampleTarget
{
    std::uint32_t number = 0;
    Endpoint* endpoint = nullptr;
};

/// What it saw, when that differs from the last look.
struct Sample
{
    std::uint32_t number = 0;
    Fill fill;
};

/// Looks how full endpoints are, through descriptors that it opens and closes at once. Never disturbs: a pipe
/// is asked through a write end alone, a FIFO only while both its sides are open and nobody can leave it.
class Sampler
{
public:
    struct Result
    {
        std::vector<Sample> changed;
        std::vector<std::uint32_t> unheld; ///< nobody has a descriptor of these
    };
    Result look(Tracer& tracer, std::span<const SampleTarget> targets);

private:
    std::unordered_map<std::uint32_t, Fill> m_last;
};

} // namespace byteyard::ipc
