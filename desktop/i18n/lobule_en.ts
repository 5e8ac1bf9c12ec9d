<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>AuditDialog</name>
    <message numerus="yes">
        <source>%n entry(s), none changed, missing or moved.</source>
        <translation>
            <numerusform>%n entry, none changed, missing or moved.</numerusform>
            <numerusform>%n entries, none changed, missing or moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) were cut off while they were written.</source>
        <translation>
            <numerusform>%n line was cut off while it was written.</numerusform>
            <numerusform>%n lines were cut off while they were written.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n entry(s) before that are whole.</source>
        <translation>
            <numerusform>%n entry before that is whole.</numerusform>
            <numerusform>%n entries before that are whole.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LesionPanel</name>
    <message numerus="yes">
        <source>{0}: %n slice(s) outlined</source>
        <translation>
            <numerusform>{0}: %n slice outlined</numerusform>
            <numerusform>{0}: %n slices outlined</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>, %n of them interpolated and not yet confirmed</source>
        <translation>
            <numerusform>, %n of them interpolated and not yet confirmed</numerusform>
            <numerusform>, %n of them interpolated and not yet confirmed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Questions</name>
    <message numerus="yes">
        <source>%n lesion(s) outlined.</source>
        <translation>
            <numerusform>%n lesion outlined.</numerusform>
            <numerusform>%n lesions outlined.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message numerus="yes">
        <source>%n page(s)</source>
        <translation>
            <numerusform>%n page</numerusform>
            <numerusform>%n pages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RoleSlot</name>
    <message numerus="yes">
        <source>not assigned: %n possible</source>
        <translation>
            <numerusform>not assigned: %n possible</numerusform>
            <numerusform>not assigned: %n possible</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other series possible</source>
        <translation>
            <numerusform>%n other series possible</numerusform>
            <numerusform>%n other series possible</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SeriesModel</name>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n slice</numerusform>
            <numerusform>%n slices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SeriesPanel</name>
    <message numerus="yes">
        <source>%n file(s) skipped…</source>
        <translation>
            <numerusform>%n file skipped…</numerusform>
            <numerusform>%n files skipped…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SkippedDialog</name>
    <message numerus="yes">
        <source>%n file(s) were not used. The images that were read are not affected.</source>
        <translation>
            <numerusform>%n file was not used. The images that were read are not affected.</numerusform>
            <numerusform>%n files were not used. The images that were read are not affected.</numerusform>
        </translation>
    </message>
</context>
</TS>
