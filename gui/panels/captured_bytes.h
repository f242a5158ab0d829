#pragma once

#include "model/session/session.h"

namespace byteyard::gui {

/// What captured calls have put into an endpoint that cannot be looked into: the newest, oldest first.
struct CapturedBytes
{
    QByteArray bytes;
    quint64 moved = 0; ///< by those calls: more than `bytes` where a call's data was not kept whole
    int calls = 0;
};

/// At most the newest `most` bytes. Of a pty those that go this way, as far as it is known from the drawn
/// edges who has which end.
CapturedBytes capturedBytes(const model::Session& session, const model::LiveEndpoint& endpoint,
                            model::Way way, qsizetype most);

} // namespace byteyard::gui
