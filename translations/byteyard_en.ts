<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name>byteyard::gui::CanvasView</name>
    <message numerus="yes">
        <source>%n part(s) match</source>
        <translation>
            <numerusform>%n part matches</numerusform>
            <numerusform>%n parts match</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MapText</name>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n message</numerusform>
            <numerusform>%n messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::model::Document</name>
    <message numerus="yes">
        <source>Remove %n connection(s)</source>
        <translation>
            <numerusform>Remove %n connection</numerusform>
            <numerusform>Remove %n connections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n part(s)</source>
        <translation>
            <numerusform>Remove %n part</numerusform>
            <numerusform>Remove %n parts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %n part(s)</source>
        <translation>
            <numerusform>Move %n part</numerusform>
            <numerusform>Move %n parts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Group %n part(s)</source>
        <translation>
            <numerusform>Group %n part</numerusform>
            <numerusform>Group %n parts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>There is/are %n more fault(s) in it.</source>
        <translation>
            <numerusform>There is %n more fault in it.</numerusform>
            <numerusform>There are %n more faults in it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Group</name>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n process</numerusform>
            <numerusform>%n processes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n endpoint(s)</source>
        <translation>
            <numerusform>%n endpoint</numerusform>
            <numerusform>%n endpoints</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::NodeLook</name>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n message</numerusform>
            <numerusform>%n messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) wait for it to rise</source>
        <translation>
            <numerusform>%n process waits for it to rise</numerusform>
            <numerusform>%n processes wait for it to rise</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) wait for zero</source>
        <translation>
            <numerusform>%n process waits for zero</numerusform>
            <numerusform>%n processes wait for zero</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::PalettePanel</name>
    <message numerus="yes">
        <source>All %n lab(s)…</source>
        <translation>
            <numerusform>All %n lab…</numerusform>
            <numerusform>All %n labs…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::Inspector</name>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n process</numerusform>
            <numerusform>%n processes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n endpoint(s)</source>
        <translation>
            <numerusform>%n endpoint</numerusform>
            <numerusform>%n endpoints</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n node(s)</source>
        <translation>
            <numerusform>%n node</numerusform>
            <numerusform>%n nodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n connection(s)</source>
        <translation>
            <numerusform>%n connection</numerusform>
            <numerusform>%n connections</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::MainWindow</name>
    <message numerus="yes">
        <source>%1 event(s)</source>
        <translation>
            <numerusform>%1 event</numerusform>
            <numerusform>%1 events</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 event(s) lost</source>
        <translation>
            <numerusform>%1 event lost</numerusform>
            <numerusform>%1 events lost</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A session that ended abruptly left %n thing(s) behind: %1</source>
        <translation>
            <numerusform>A session that ended abruptly left %n thing behind: %1</numerusform>
            <numerusform>A session that ended abruptly left %n things behind: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n Call(s) a Second</source>
        <translation>
            <numerusform>%n Call a Second</numerusform>
            <numerusform>%n Calls a Second</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) running</source>
        <translation>
            <numerusform>%n process running</numerusform>
            <numerusform>%n processes running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting to start</source>
        <translation>
            <numerusform>%n waiting to start</numerusform>
            <numerusform>%n waiting to start</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stopped</source>
        <translation>
            <numerusform>%n stopped</numerusform>
            <numerusform>%n stopped</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n attached</source>
        <translation>
            <numerusform>%n attached</numerusform>
            <numerusform>%n attached</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n endpoint(s)</source>
        <translation>
            <numerusform>%n endpoint</numerusform>
            <numerusform>%n endpoints</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProcessMenu</name>
    <message numerus="yes">
        <source>%n call(s) a second</source>
        <translation>
            <numerusform>%n call a second</numerusform>
            <numerusform>%n calls a second</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Orphans</name>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n process</numerusform>
            <numerusform>%n processes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n object(s)</source>
        <translation>
            <numerusform>%n object</numerusform>
            <numerusform>%n objects</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunSummary</name>
    <message numerus="yes">
        <source>%1 %2 in %n call(s)</source>
        <translation>
            <numerusform>%1 %2 in %n call</numerusform>
            <numerusform>%1 %2 in %n calls</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SessionFile</name>
    <message numerus="yes">
        <source>%n event(s) went because of the log&apos;s limit before they could be recorded.</source>
        <translation>
            <numerusform>%n event went because of the log&apos;s limit before they could be recorded.</numerusform>
            <numerusform>%n events went because of the log&apos;s limit before they could be recorded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s) could not be understood and were left out.</source>
        <translation>
            <numerusform>%n block could not be understood and were left out.</numerusform>
            <numerusform>%n blocks could not be understood and were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Tr</name>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n process</numerusform>
            <numerusform>%n processes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n object(s)</source>
        <translation>
            <numerusform>%n object</numerusform>
            <numerusform>%n objects</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::TrustDialog</name>
    <message numerus="yes">
        <source>brings the file %1 (%n character(s))</source>
        <translation>
            <numerusform>brings the file %1 (%n character)</numerusform>
            <numerusform>brings the file %1 (%n characters)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::model::Session</name>
    <message numerus="yes">
        <source>%n process(es) sampled</source>
        <translation>
            <numerusform>%n process sampled</numerusform>
            <numerusform>%n processes sampled</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) attached, exact (%1)</source>
        <translation>
            <numerusform>%n process attached, exact (%1)</numerusform>
            <numerusform>%n processes attached, exact (%1)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them partly unobserved</source>
        <translation>
            <numerusform>%n of them partly unobserved</numerusform>
            <numerusform>%n of them partly unobserved</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::model::DescriptorModel</name>
    <message numerus="yes">
        <source>#%1 · shared by %n descriptor(s)</source>
        <translation>
            <numerusform>#%1 · shared by %n descriptor</numerusform>
            <numerusform>#%1 · shared by %n descriptors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>byteyard::gui::TimeLineView</name>
    <message numerus="yes">
        <source>%1 event(s)</source>
        <translation>
            <numerusform>%1 event</numerusform>
            <numerusform>%1 events</numerusform>
        </translation>
    </message>
</context>
</TS>
