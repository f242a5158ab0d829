#include "gui/canvas/shape.h"

namespace byteyard::gui {

using model::Kind;

Shape shapeOf(Kind kind)
{
    switch (kind) {
    case Kind::Command:
    case Kind::Actor:
        return Shape::Card;
    case Kind::File:
        return Shape::Page;
    case Kind::SysvQueue:
    case Kind::PosixQueue:
        return Shape::Queue;
    case Kind::SysvShm:
    case Kind::PosixShm:
    case Kind::Memfd:
        return Shape::Memory;
    case Kind::SysvSemaphore:
    case Kind::PosixSemaphore:
        return Shape::Semaphore;
    case Kind::Eventfd:
        return Shape::Counter;
    case Kind::Pipe:
    case Kind::Fifo:
    case Kind::Socketpair:
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
    case Kind::Tcp:
    case Kind::Udp:
    case Kind::Raw:
    case Kind::Socket:
    case Kind::Pty:
        break;
    }
    return Shape::Capsule;
}

bool namesItsEnds(Kind kind)
{
    return kind == Kind::Socketpair || kind == Kind::Pty;
}

bool isListener(Kind kind)
{
    return kind == Kind::UnixStream || kind == Kind::UnixSeqpacket || kind == Kind::Tcp;
}

bool isDatagramSocket(Kind kind)
{
    return kind == Kind::UnixDatagram || kind == Kind::Udp;
}

} // namespace byteyard::gui
