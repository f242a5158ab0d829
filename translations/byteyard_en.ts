<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
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
        <source>There is/are %n more fault(s) in it.</source>
        <translation>
            <numerusform>There is/are %n more fault in it.</numerusform>
            <numerusform>There is/are %n more faults in it.</numerusform>
        </translation>
    </message>
</context>
</TS>
