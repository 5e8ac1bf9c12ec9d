<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Lobule</source>
        <translation>关于 Lobule</translation>
    </message>
    <message>
        <source>Decision support for focal liver lesions on non-contrast MRI.</source>
        <translation>基于平扫 MRI 的肝脏局灶性病变决策支持。</translation>
    </message>
    <message>
        <source>Lobule supports a radiologist; it does not diagnose. It works offline and opens no network connection. It is free software under the Apache License 2.0.</source>
        <translation>Lobule 为放射科医师提供支持，不作诊断。它离线工作，不打开任何网络连接。它是遵循 Apache 2.0 许可证的自由软件。</translation>
    </message>
    <message>
        <source>It stands on:</source>
        <translation>所用软件库：</translation>
    </message>
    <message>
        <source>Libraries and fonts with their licences</source>
        <translation>软件库和字体及其许可</translation>
    </message>
</context>
<context>
    <name>Analyser</name>
    <message>
        <source>The study is being read.</source>
        <translation>正在读取检查。</translation>
    </message>
    <message>
        <source>Open a study first.</source>
        <translation>请先打开检查。</translation>
    </message>
    <message>
        <source>The model packages are being checked.</source>
        <translation>正在检查模型包。</translation>
    </message>
    <message>
        <source>No model package is installed.</source>
        <translation>未安装模型包。</translation>
    </message>
    <message>
        <source>The roles present do not allow any installed model.</source>
        <translation>现有序列不满足任何已安装的模型。</translation>
    </message>
    <message>
        <source>Draw or import a lesion outline.</source>
        <translation>请勾画或导入病灶轮廓。</translation>
    </message>
    <message>
        <source>Confirm or change the proposed series: {0}.</source>
        <translation>请确认或更改建议的序列：{0}。</translation>
    </message>
</context>
<context>
    <name>AuditDialog</name>
    <message>
        <source>Audit record</source>
        <translation>审计记录</translation>
    </message>
    <message>
        <source>Every analysis and every export of this account is written into one file, each entry sealed to the one before it. It names cases by digest, never by patient.</source>
        <translation>本账户的每次分析和导出都写入同一文件，每条记录与前一条相扣。记录以摘要指代病例，从不含患者信息。</translation>
    </message>
    <message>
        <source>The chain is being checked…</source>
        <translation>正在核对记录链…</translation>
    </message>
    <message>
        <source>Latest entries</source>
        <translation>最近的记录</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账户</translation>
    </message>
    <message>
        <source>What</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>病例</translation>
    </message>
    <message>
        <source>Result or outputs</source>
        <translation>结果或输出</translation>
    </message>
    <message>
        <source>The chain is sound</source>
        <translation>记录链完整</translation>
    </message>
    <message numerus="yes">
        <source>%n entry(s), none changed, missing or moved.</source>
        <translation>
            <numerusform>共 %n 条记录，无改动、缺失或移位。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) were cut off while they were written.</source>
        <translation>
            <numerusform>有 %n 行在写入时中断。</numerusform>
        </translation>
    </message>
    <message>
        <source>The chain is broken</source>
        <translation>记录链已断裂</translation>
    </message>
    <message numerus="yes">
        <source>%n entry(s) before that are whole.</source>
        <translation>
            <numerusform>此前 %n 条记录完好。</numerusform>
        </translation>
    </message>
    <message>
        <source>Compare the file with your last copy of it.</source>
        <translation>请与您最近的副本比对。</translation>
    </message>
</context>
<context>
    <name>ChoiceDialog</name>
    <message>
        <source>Import outlines</source>
        <translation>导入轮廓</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Do not import</source>
        <translation>不导入</translation>
    </message>
    <message>
        <source>Does this outline belong to the images shown?</source>
        <translation>此轮廓是否属于所显示的图像？</translation>
    </message>
    <message>
        <source>On which series was it drawn?</source>
        <translation>它是在哪个序列上勾画的？</translation>
    </message>
    <message>
        <source>What do contours mean that overlap in part?</source>
        <translation>部分重叠的轮廓表示什么？</translation>
    </message>
    <message>
        <source>Which outlines shall be used?</source>
        <translation>使用哪些轮廓？</translation>
    </message>
    <message>
        <source>A choice is needed before the outlines can be imported.</source>
        <translation>导入轮廓之前需要作出选择。</translation>
    </message>
</context>
<context>
    <name>FactsView</name>
    <message>
        <source>How this result was made</source>
        <translation>结果的由来</translation>
    </message>
    <message>
        <source>Model package</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>摘要值</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Ran on</source>
        <translation>运行于</translation>
    </message>
    <message>
        <source>DWI</source>
        <translation>DWI</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>层面</translation>
    </message>
    <message>
        <source>Flag rule</source>
        <translation>提示规则</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Package&apos;s figures</source>
        <translation>模型包的指标</translation>
    </message>
    <message>
        <source>used</source>
        <translation>已使用</translation>
    </message>
    <message>
        <source>not used</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>any slice classified as malignant raises the flag</source>
        <translation>任一层面被分类为恶性即提示</translation>
    </message>
    <message>
        <source>The package states none.</source>
        <translation>模型包未给出指标。</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>灵敏度</translation>
    </message>
    <message>
        <source>Specificity</source>
        <translation>特异度</translation>
    </message>
    <message>
        <source>cohort not named</source>
        <translation>未注明队列</translation>
    </message>
    <message>
        <source>Measured on simulated images: {0}. They say nothing about patients.</source>
        <translation>在模拟图像上测得：{0}。不能说明在患者中的表现。</translation>
    </message>
    <message>
        <source>Measured on: {0}.</source>
        <translation>测量队列：{0}。</translation>
    </message>
</context>
<context>
    <name>FileChooser</name>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open files or zip</source>
        <translation>打开文件或压缩包</translation>
    </message>
    <message>
        <source>Import outlines</source>
        <translation>导入轮廓</translation>
    </message>
    <message>
        <source>Outlines (*.dcm *.nii *.nii.gz *.nrrd *.mha *.mhd);;All files (*)</source>
        <translation>轮廓 (*.dcm *.nii *.nii.gz *.nrrd *.mha *.mhd);;所有文件 (*)</translation>
    </message>
    <message>
        <source>DICOM segmentation (*.dcm)</source>
        <translation>DICOM 分割 (*.dcm)</translation>
    </message>
    <message>
        <source>DICOM RT structure set (*.dcm)</source>
        <translation>DICOM RT 结构集 (*.dcm)</translation>
    </message>
    <message>
        <source>NIfTI mask (*.nii.gz)</source>
        <translation>NIfTI 掩膜 (*.nii.gz)</translation>
    </message>
    <message>
        <source>Export outlines</source>
        <translation>导出轮廓</translation>
    </message>
    <message>
        <source>Save PDF report</source>
        <translation>保存 PDF 报告</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Save all outputs</source>
        <translation>保存全部输出</translation>
    </message>
    <message>
        <source>Save picture with the patient&apos;s name</source>
        <translation>保存含患者姓名的图片</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>Save case</source>
        <translation>保存病例</translation>
    </message>
    <message>
        <source>Case (*.json)</source>
        <translation>病例 (*.json)</translation>
    </message>
    <message>
        <source>Load case</source>
        <translation>载入病例</translation>
    </message>
</context>
<context>
    <name>FlagCard</name>
    <message>
        <source>Out of date: outlines, sequences or model changed since this analysis.</source>
        <translation>已过期：此次分析之后，轮廓、序列或模型有改动。</translation>
    </message>
    <message>
        <source>Analyze again</source>
        <translation>重新分析</translation>
    </message>
    <message>
        <source>Withholds the flag</source>
        <translation>不予提示</translation>
    </message>
    <message>
        <source>Caution</source>
        <translation>注意</translation>
    </message>
</context>
<context>
    <name>HelpDialog</name>
    <message>
        <source>Lobule help</source>
        <translation>Lobule 帮助</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>Importer</name>
    <message>
        <source>Several files outline one place differently. Which of them shall be used?</source>
        <translation>多个文件对同一部位的勾画不同。使用哪一个？</translation>
    </message>
    <message>
        <source>The case holds the outlines of {0} already.</source>
        <translation>病例中已有 {0} 的轮廓。</translation>
    </message>
    <message>
        <source>Import outlines from {0}</source>
        <translation>从 {0} 导入轮廓</translation>
    </message>
</context>
<context>
    <name>InputPreview</name>
    <message>
        <source>What the network sees</source>
        <translation>网络所见</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>层面</translation>
    </message>
    <message>
        <source>Lesion {0}, slice</source>
        <translation>病灶 {0}，层面</translation>
    </message>
    <message>
        <source>Channel {0}: {1}</source>
        <translation>通道 {0}：{1}</translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Too late to stop: the file is taking its place.</source>
        <translation>已无法停止：文件正在写入最终位置。</translation>
    </message>
</context>
<context>
    <name>LesionModel</name>
    <message>
        <source>Lesion</source>
        <translation>病灶</translation>
    </message>
    <message>
        <source>Diameters</source>
        <translation>径线</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>体积</translation>
    </message>
</context>
<context>
    <name>LesionPanel</name>
    <message>
        <source>Lesions</source>
        <translation>病灶</translation>
    </message>
    <message>
        <source>New lesion: the next line you draw begins it</source>
        <translation>新病灶：下一条勾画线即为其开始</translation>
    </message>
    <message>
        <source>Import outlines</source>
        <translation>导入轮廓</translation>
    </message>
    <message>
        <source>Delete the selected lesion</source>
        <translation>删除所选病灶</translation>
    </message>
    <message>
        <source>No outline yet. Take a drawing tool and outline the lesion on T2, or import an outline.</source>
        <translation>尚无轮廓。请用勾画工具在 T2 上勾画病灶，或导入轮廓。</translation>
    </message>
    <message>
        <source>Prior treatment of a lesion</source>
        <translation>病灶曾接受治疗</translation>
    </message>
    <message>
        <source>The method was studied on untreated lesions: the flag is withheld.</source>
        <translation>该方法仅在未治疗的病灶上研究过：因此不予提示。</translation>
    </message>
    <message>
        <source>Delete lesion {0}</source>
        <translation>删除病灶 {0}</translation>
    </message>
    <message>
        <source>Interpolate</source>
        <translation>插值</translation>
    </message>
    <message>
        <source>Outline the slices between those that are drawn</source>
        <translation>勾画已画层面之间的层面</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Take the interpolated outlines over as your own</source>
        <translation>将插值轮廓作为自己的轮廓</translation>
    </message>
    <message>
        <source>The next outline begins a new lesion.</source>
        <translation>下一个轮廓将作为新病灶。</translation>
    </message>
    <message numerus="yes">
        <source>{0}: %n slice(s) outlined</source>
        <translation>
            <numerusform>{0}：已勾画 %n 个层面</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>, %n of them interpolated and not yet confirmed</source>
        <translation>
            <numerusform>，其中 %n 个为插值且尚未确认</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Show on the images</source>
        <translation>在图像上显示</translation>
    </message>
    <message>
        <source>Interpolate between outlined slices</source>
        <translation>在已勾画层面之间插值</translation>
    </message>
    <message>
        <source>Confirm all interpolated outlines</source>
        <translation>确认全部插值轮廓</translation>
    </message>
    <message>
        <source>Export outlines…</source>
        <translation>导出轮廓…</translation>
    </message>
    <message>
        <source>Delete lesion</source>
        <translation>删除病灶</translation>
    </message>
    <message>
        <source>Lesion {0}</source>
        <translation>病灶 {0}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Rename lesion {0}</source>
        <translation>重命名病灶 {0}</translation>
    </message>
    <message>
        <source>Change prior treatment</source>
        <translation>更改既往治疗</translation>
    </message>
    <message>
        <source>From another file…</source>
        <translation>来自其他文件…</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Lobule</source>
        <translation>Lobule</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
</context>
<context>
    <name>OutlineEditor</name>
    <message>
        <source>{0} has no outline on this slice.</source>
        <translation>{0} 在此层面没有轮廓。</translation>
    </message>
    <message>
        <source>Delete outline of {0} on slice {1}</source>
        <translation>删除 {0} 在层面 {1} 的轮廓</translation>
    </message>
    <message>
        <source>There is no slice further on.</source>
        <translation>前方没有层面了。</translation>
    </message>
    <message>
        <source>Copy outline of {0} to slice {1}</source>
        <translation>将 {0} 的轮廓复制到层面 {1}</translation>
    </message>
    <message>
        <source>Outline {0} on two slices that are not neighbours first.</source>
        <translation>请先在两个不相邻的层面上勾画 {0}。</translation>
    </message>
    <message>
        <source>Interpolate outlines of {0}</source>
        <translation>对 {0} 的轮廓插值</translation>
    </message>
    <message>
        <source>{0} has no interpolated outline to confirm.</source>
        <translation>{0} 没有待确认的插值轮廓。</translation>
    </message>
    <message>
        <source>Confirm interpolated outlines of {0}</source>
        <translation>确认 {0} 的插值轮廓</translation>
    </message>
    <message>
        <source>There is no interpolated outline on this slice.</source>
        <translation>此层面没有插值轮廓。</translation>
    </message>
    <message>
        <source>Confirm outline of {0} on slice {1}</source>
        <translation>确认 {0} 在层面 {1} 的轮廓</translation>
    </message>
    <message>
        <source>Lesions are outlined on the T2 images: show T2 in a view first.</source>
        <translation>病灶在 T2 图像上勾画：请先在视图中显示 T2。</translation>
    </message>
    <message>
        <source>Choose a lesion first.</source>
        <translation>请先选择病灶。</translation>
    </message>
    <message>
        <source>That lies outside the image, or encloses nothing.</source>
        <translation>该区域位于图像之外，或未围成任何区域。</translation>
    </message>
    <message>
        <source>Move outline of {0} on slice {1}</source>
        <translation>移动 {0} 在层面 {1} 的轮廓</translation>
    </message>
    <message>
        <source>Reshape {0} on slice {1}</source>
        <translation>修改 {0} 在层面 {1} 的形状</translation>
    </message>
    <message>
        <source>Erase {0} on slice {1}</source>
        <translation>擦除 {0} 在层面 {1} 的部分</translation>
    </message>
    <message>
        <source>Cut outline of {0} on slice {1}</source>
        <translation>切除 {0} 在层面 {1} 的轮廓</translation>
    </message>
    <message>
        <source>Paint {0} on slice {1}</source>
        <translation>在层面 {1} 涂画 {0}</translation>
    </message>
    <message>
        <source>Paint like signal of {0} on slice {1}</source>
        <translation>在层面 {1} 按相近信号涂画 {0}</translation>
    </message>
    <message>
        <source>Grow region of {0} on slice {1}</source>
        <translation>在层面 {1} 生长 {0} 的区域</translation>
    </message>
    <message>
        <source>Draw outline of {0} on slice {1}</source>
        <translation>在层面 {1} 勾画 {0}</translation>
    </message>
</context>
<context>
    <name>OverlayControls</name>
    <message>
        <source>Heat map</source>
        <translation>热图</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Class of the heat map</source>
        <translation>热图的类别</translation>
    </message>
    <message>
        <source>Opacity of the heat map</source>
        <translation>热图不透明度</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>high</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Hold H for the plain image.</source>
        <translation>按住 H 显示原图。</translation>
    </message>
    <message>
        <source>Resolution {0} × {1} cells, up to {2} mm each. One scale for all slices and classes of a lesion.</source>
        <translation>分辨率 {0} × {1} 格，每格最大 {2} mm。同一病灶的所有层面和类别使用同一标尺。</translation>
    </message>
</context>
<context>
    <name>Questions</name>
    <message>
        <source>Open the study again and go on where you were?</source>
        <translation>重新打开该检查并从上次的位置继续？</translation>
    </message>
    <message>
        <source>Go on where you were?</source>
        <translation>从上次的位置继续？</translation>
    </message>
    <message>
        <source>Unfinished work</source>
        <translation>未完成的工作</translation>
    </message>
    <message numerus="yes">
        <source>%n lesion(s) outlined.</source>
        <translation>
            <numerusform>已勾画 %n 个病灶。</numerusform>
        </translation>
    </message>
    <message>
        <source>Work on a study was kept that was not saved as a case. {0}</source>
        <translation>有一项检查的工作已被保留，但未存为病例。{0}</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Discard it</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>稍后</translation>
    </message>
</context>
<context>
    <name>RadiusBox</name>
    <message>
        <source>Radius of the brush, reach of reshaping  ([ and ], or Shift + wheel on the image)</source>
        <translation>画笔半径、变形范围（[ 和 ]，或在图像上 Shift + 滚轮）</translation>
    </message>
    <message>
        <source>Radius of the brush in mm</source>
        <translation>画笔半径（mm）</translation>
    </message>
</context>
<context>
    <name>ReadFirstPage</name>
    <message>
        <source>Your impression first</source>
        <translation>请先给出您的印象</translation>
    </message>
    <message>
        <source>The analysis is ready. Record your own impression; then its scores and heat maps are shown.</source>
        <translation>分析已完成。请先记录您自己的印象，然后显示评分和热图。</translation>
    </message>
    <message>
        <source>choose a class</source>
        <translation>选择类别</translation>
    </message>
    <message>
        <source>Your impression</source>
        <translation>您的印象</translation>
    </message>
    <message>
        <source>Record and show the result</source>
        <translation>记录并显示结果</translation>
    </message>
</context>
<context>
    <name>ReaderPanel</name>
    <message>
        <source>Your reading</source>
        <translation>您的判读</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>Your final class</source>
        <translation>您的最终类别</translation>
    </message>
    <message>
        <source>Comment for the report</source>
        <translation>报告中的备注</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Pre-test probability of malignancy</source>
        <translation>恶性的验前概率</translation>
    </message>
    <message>
        <source>Final class</source>
        <translation>最终类别</translation>
    </message>
    <message>
        <source>Pre-test probability</source>
        <translation>验前概率</translation>
    </message>
    <message>
        <source>First impression, before the scores: {0}</source>
        <translation>看到评分之前的初步印象：{0}</translation>
    </message>
    <message>
        <source>The package states no likelihood ratio: no post-test probability.</source>
        <translation>模型包未给出似然比：无验后概率。</translation>
    </message>
    <message>
        <source>Post-test probability {0} % (Fagan, from the package&apos;s {1} {2}, measured on simulated images: not a clinical estimate)</source>
        <translation>验后概率 {0} %（Fagan 法，采用模型包的 {1} {2}，在模拟图像上测得：不是临床估计）</translation>
    </message>
    <message>
        <source>Post-test probability {0} % (Fagan, from the package&apos;s {1} {2})</source>
        <translation>验后概率 {0} %（Fagan 法，采用模型包的 {1} {2}）</translation>
    </message>
    <message>
        <source>Change pre-test probability</source>
        <translation>更改验前概率</translation>
    </message>
    <message>
        <source>Change final class</source>
        <translation>更改最终类别</translation>
    </message>
    <message>
        <source>Change comment</source>
        <translation>更改备注</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Without the patient&apos;s name and numbers</source>
        <translation>不含患者姓名和编号</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>纸张</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>打印…</translation>
    </message>
    <message>
        <source>Save PDF…</source>
        <translation>保存 PDF…</translation>
    </message>
    <message>
        <source>Save all outputs…</source>
        <translation>保存全部输出…</translation>
    </message>
    <message>
        <source>PDF, DICOM objects, JSON, CSV and pictures into a folder</source>
        <translation>将 PDF、DICOM 对象、JSON、CSV 和图片存入文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The result is out of date: analyze again.</source>
        <translation>结果已过期：请重新分析。</translation>
    </message>
    <message>
        <source>Making the pages…</source>
        <translation>正在生成页面…</translation>
    </message>
    <message numerus="yes">
        <source>%n page(s)</source>
        <translation>
            <numerusform>共 %n 页</numerusform>
        </translation>
    </message>
    <message>
        <source>Page {0} of {1}</source>
        <translation>第 {0} 页，共 {1} 页</translation>
    </message>
    <message>
        <source>The report could not be made.</source>
        <translation>无法生成报告。</translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>nothing that matters</source>
        <translation>没有需要注意的变化</translation>
    </message>
    <message>
        <source>Since the last analysis:</source>
        <translation>与上次分析相比：</translation>
    </message>
    <message>
        <source>No result yet</source>
        <translation>尚无结果</translation>
    </message>
    <message>
        <source>Slices, model scores</source>
        <translation>层面与模型评分</translation>
    </message>
    <message>
        <source>Lesion whose slices are listed</source>
        <translation>列出其层面的病灶</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>报告…</translation>
    </message>
    <message>
        <source>The analysis is running. You can go on working.</source>
        <translation>正在分析，您可以继续工作。</translation>
    </message>
    <message>
        <source>Everything is there: press Analyze.</source>
        <translation>一切就绪：请按“分析”。</translation>
    </message>
    <message>
        <source>Analyzing…</source>
        <translation>正在分析…</translation>
    </message>
    <message>
        <source>Patient, both rules</source>
        <translation>患者，两种规则</translation>
    </message>
    <message>
        <source>Sum rule: that of the lesion with the highest malignant share.</source>
        <translation>求和规则：取恶性份额最高的病灶。</translation>
    </message>
    <message>
        <source>No slice could be classified.</source>
        <translation>没有可分类的层面。</translation>
    </message>
    <message>
        <source>Longest diameter {0} mm</source>
        <translation>最长径 {0} mm</translation>
    </message>
    <message>
        <source>volume {0} ml</source>
        <translation>体积 {0} ml</translation>
    </message>
    <message>
        <source>outline {0}</source>
        <translation>轮廓：{0}</translation>
    </message>
    <message>
        <source>malignant</source>
        <translation>恶性</translation>
    </message>
    <message>
        <source>no malignant slice</source>
        <translation>无恶性层面</translation>
    </message>
    <message>
        <source>Sum rule: {0}. Any-slice rule: {1}.</source>
        <translation>求和规则：{0}。任一层面规则：{1}。</translation>
    </message>
</context>
<context>
    <name>RoleSlot</name>
    <message>
        <source>Choose the b-value, in s/mm²</source>
        <translation>选择 b 值（s/mm²）</translation>
    </message>
    <message>
        <source>b-value</source>
        <translation>b 值</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Accept this proposal</source>
        <translation>接受此建议</translation>
    </message>
    <message>
        <source>Choose the series for {0}</source>
        <translation>为 {0} 选择序列</translation>
    </message>
    <message numerus="yes">
        <source>not assigned: %n possible</source>
        <translation>
            <numerusform>未指定：有 %n 个可选</numerusform>
        </translation>
    </message>
    <message>
        <source>not assigned</source>
        <translation>未指定</translation>
    </message>
    <message numerus="yes">
        <source>%n other series possible</source>
        <translation>
            <numerusform>另有 %n 个可选序列</numerusform>
        </translation>
    </message>
    <message>
        <source>moved by {0} mm</source>
        <translation>已移动 {0} mm</translation>
    </message>
    <message>
        <source>registered on T2, {0}</source>
        <translation>已与 T2 配准，{0}</translation>
    </message>
    <message>
        <source>turned</source>
        <translation>已转动</translation>
    </message>
    <message>
        <source>chosen by you</source>
        <translation>由您选择</translation>
    </message>
    <message>
        <source>contradictory: please check</source>
        <translation>信息矛盾：请核对</translation>
    </message>
    <message>
        <source>please check, {0}</source>
        <translation>请核对，{0}</translation>
    </message>
    <message>
        <source>confidence {0}</source>
        <translation>置信度 {0}</translation>
    </message>
    <message>
        <source>choose b</source>
        <translation>选择 b 值</translation>
    </message>
</context>
<context>
    <name>RuleView</name>
    <message>
        <source>Adds up the scores of all slices; the class with the largest sum wins.</source>
        <translation>将所有层面的评分相加；总和最大的类别为结果。</translation>
    </message>
    <message>
        <source>One slice classified as other than benign is enough; this rule sets the flag.</source>
        <translation>只要有一个层面被分类为非良性即可；提示由此规则决定。</translation>
    </message>
    <message>
        <source>Sum rule: nothing to conclude from</source>
        <translation>求和规则：无可依据的结果</translation>
    </message>
    <message>
        <source>Sum rule: {0}</source>
        <translation>求和规则：{0}</translation>
    </message>
    <message>
        <source>Any-slice rule: nothing to conclude from</source>
        <translation>任一层面规则：无可依据的结果</translation>
    </message>
    <message>
        <source>Any-slice rule: malignant ({0})</source>
        <translation>任一层面规则：恶性（{0}）</translation>
    </message>
    <message>
        <source>Any-slice rule: no slice classified as malignant</source>
        <translation>任一层面规则：没有归为恶性的层面</translation>
    </message>
</context>
<context>
    <name>Saver</name>
    <message>
        <source>Report saved</source>
        <translation>报告已保存</translation>
    </message>
    <message>
        <source>All outputs saved</source>
        <translation>全部输出已保存</translation>
    </message>
    <message>
        <source>Outlines saved</source>
        <translation>轮廓已保存</translation>
    </message>
    <message>
        <source>Picture saved</source>
        <translation>图片已保存</translation>
    </message>
    <message>
        <source>Stopped: {0} was not written.</source>
        <translation>已停止：未写入 {0}。</translation>
    </message>
    <message>
        <source>Case saved</source>
        <translation>病例已保存</translation>
    </message>
</context>
<context>
    <name>SavingNotice</name>
    <message>
        <source>Saving</source>
        <translation>正在保存</translation>
    </message>
    <message>
        <source>Lobule closes by itself as soon as this is written.</source>
        <translation>写入完成后 Lobule 会自动关闭。</translation>
    </message>
    <message>
        <source>Keep Lobule open</source>
        <translation>不关闭 Lobule</translation>
    </message>
    <message>
        <source>Close without waiting</source>
        <translation>不等待，直接关闭</translation>
    </message>
    <message>
        <source>The file may then be missing. Outlines that are not saved are offered at the next start.</source>
        <translation>该文件可能因此缺失。未保存的轮廓会在下次启动时提供恢复。</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>正在保存 {0}…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>ScoreStrip</name>
    <message>
        <source>Model scores over slice position</source>
        <translation>各层面位置的模型评分</translation>
    </message>
    <message>
        <source>Classified as {0}</source>
        <translation>分类为 {0}</translation>
    </message>
</context>
<context>
    <name>SeriesModel</name>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n 个层面</numerusform>
        </translation>
    </message>
    <message>
        <source>Plays the role {0}</source>
        <translation>担任 {0}</translation>
    </message>
    <message>
        <source>Could play the role {0}</source>
        <translation>可担任 {0}</translation>
    </message>
    <message>
        <source>No regular stack: {0}</source>
        <translation>层面堆叠不规则：{0}</translation>
    </message>
</context>
<context>
    <name>SeriesPanel</name>
    <message>
        <source>Sequences</source>
        <translation>序列</translation>
    </message>
    <message>
        <source>All series</source>
        <translation>全部序列</translation>
    </message>
    <message>
        <source>Double-click to show; drag onto a view or a role</source>
        <translation>双击显示；可拖到视图或序列角色上</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>No study</source>
        <translation>无检查</translation>
    </message>
    <message>
        <source>{0} years</source>
        <translation>{0} 岁</translation>
    </message>
    <message>
        <source>no ID</source>
        <translation>无编号</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) skipped…</source>
        <translation>
            <numerusform>已跳过 %n 个文件…</numerusform>
        </translation>
    </message>
    <message>
        <source>Automatic: the one that uses most sequences</source>
        <translation>自动：使用序列最多的模型</translation>
    </message>
    <message>
        <source>, lacks {0}</source>
        <translation>，缺少 {0}</translation>
    </message>
    <message>
        <source>Now: {0} (uses {1})</source>
        <translation>当前：{0}（使用 {1}）</translation>
    </message>
    <message>
        <source>Choose model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Use as</source>
        <translation>用作</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Restore unfinished work</source>
        <translation>恢复未完成的工作</translation>
    </message>
    <message>
        <source>Change role {0}</source>
        <translation>更改 {0} 的序列</translation>
    </message>
    <message>
        <source>Load case</source>
        <translation>载入病例</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Locked settings are fixed for this computer by {0}.</source>
        <translation>已锁定的设置由 {0} 为此电脑固定。</translation>
    </message>
    <message>
        <source>Takes effect when Lobule is started again.</source>
        <translation>重新启动 Lobule 后生效。</translation>
    </message>
    <message>
        <source>Fixed for this computer by its policy file</source>
        <translation>由本机策略文件固定</translation>
    </message>
    <message>
        <source>{0} (locked)</source>
        <translation>{0}（已锁定）</translation>
    </message>
</context>
<context>
    <name>ShiftDialog</name>
    <message>
        <source>Align {0} with T2</source>
        <translation>将 {0} 与 T2 对齐</translation>
    </message>
    <message>
        <source>Compare the outline with the lesion on this series and move the series until they agree. The analysis uses the series at its new place, and the case keeps the shift.</source>
        <translation>请比较轮廓与此序列上的病灶，移动序列直至两者吻合。分析将使用新位置的序列，病例会保存该位移。</translation>
    </message>
    <message>
        <source>Align automatically</source>
        <translation>自动对齐</translation>
    </message>
    <message>
        <source>Rigid registration around the lesions</source>
        <translation>在病灶周围进行刚性配准</translation>
    </message>
    <message>
        <source>Turned about left, back, head</source>
        <translation>绕左、背、头轴转动</translation>
    </message>
    <message>
        <source>Looking for the place where both series agree around the lesions…</source>
        <translation>正在病灶周围寻找两个序列一致的位置…</translation>
    </message>
    <message>
        <source>Found by registration and shown in the views. Compare the outline with the lesion on this series; OK takes it, Cancel puts the series back.</source>
        <translation>由配准得出并已显示在视图中。请在此序列上核对轮廓与病灶；“确定”采用，“取消”恢复原位。</translation>
    </message>
    <message>
        <source>Automatic alignment looks around the lesions: outline one first.</source>
        <translation>自动对齐在病灶周围进行：请先勾画病灶。</translation>
    </message>
    <message>
        <source>To the patient&apos;s left</source>
        <translation>向患者左侧</translation>
    </message>
    <message>
        <source>To the back</source>
        <translation>向背侧</translation>
    </message>
    <message>
        <source>To the head</source>
        <translation>向头侧</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard and mouse</source>
        <translation>键盘与鼠标</translation>
    </message>
</context>
<context>
    <name>SignalModel</name>
    <message>
        <source>Sequence</source>
        <translation>序列</translation>
    </message>
    <message>
        <source>Mean ± SD</source>
        <translation>均值 ± 标准差</translation>
    </message>
    <message>
        <source>Min – max</source>
        <translation>最小 – 最大</translation>
    </message>
    <message>
        <source>Voxels</source>
        <translation>体素数</translation>
    </message>
    <message>
        <source>arbitrary units of the scanner</source>
        <translation>扫描仪的任意单位</translation>
    </message>
    <message>
        <source>{0}: voxels whose centres lie inside the outlines, in {1}</source>
        <translation>{0}：中心位于轮廓内的体素，单位 {1}</translation>
    </message>
</context>
<context>
    <name>SignalPanel</name>
    <message>
        <source>Signal under the outlines</source>
        <translation>轮廓内信号</translation>
    </message>
    <message>
        <source>ADC in 10⁻⁶ mm²/s; other signals in the scanner&apos;s own units</source>
        <translation>ADC 单位为 10⁻⁶ mm²/s；其他信号为扫描仪自身单位</translation>
    </message>
</context>
<context>
    <name>SkippedDialog</name>
    <message>
        <source>Skipped files</source>
        <translation>跳过的文件</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were not used. The images that were read are not affected.</source>
        <translation>
            <numerusform>有 %n 个文件未使用。已读取的图像不受影响。</numerusform>
        </translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Copy list</source>
        <translation>复制列表</translation>
    </message>
</context>
<context>
    <name>SliceModel</name>
    <message>
        <source>Position
mm</source>
        <translation>位置
mm</translation>
    </message>
    <message>
        <source>T2
slice</source>
        <translation>T2
层面</translation>
    </message>
    <message>
        <source>Classified
as</source>
        <translation>分类为</translation>
    </message>
</context>
<context>
    <name>SliceTable</name>
    <message>
        <source>Slices</source>
        <translation>层面</translation>
    </message>
</context>
<context>
    <name>SliceView</name>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>Heat map out of date</source>
        <translation>热图已过期</translation>
    </message>
</context>
<context>
    <name>StripLegend</name>
    <message>
        <source>▼ malignant</source>
        <translation>▼ 恶性</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Arrangement of the views</source>
        <translation>视图排列</translation>
    </message>
    <message>
        <source>More tools</source>
        <translation>更多工具</translation>
    </message>
</context>
<context>
    <name>ViewCommands</name>
    <message>
        <source>Heat map of the class {0}, by {1} {2} (digest {3}).</source>
        <translation>类别“{0}”的热图，模型包 {1} {2}（摘要值 {3}）。</translation>
    </message>
    <message>
        <source>Heat map out of date: the case was changed after the analysis.</source>
        <translation>热图已过期：分析之后病例有改动。</translation>
    </message>
    <message>
        <source>Cine: {0} slices a second</source>
        <translation>电影播放：每秒 {0} 层</translation>
    </message>
</context>
<context>
    <name>ViewGrid</name>
    <message>
        <source>Automatic window</source>
        <translation>自动窗宽窗位</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合窗口</translation>
    </message>
</context>
<context>
    <name>VolumeReader</name>
    <message>
        <source>Cannot be read: {0}</source>
        <translation>无法读取：{0}</translation>
    </message>
    <message>
        <source>Stopped — open it again to read</source>
        <translation>已停止——重新打开以读取</translation>
    </message>
    <message>
        <source>The images are still being read.</source>
        <translation>图像仍在读取中。</translation>
    </message>
    <message>
        <source>Could not be read: {0}. Choose another series, or none.</source>
        <translation>无法读取：{0}。请选择其他序列，或选择“无序列”。</translation>
    </message>
    <message>
        <source>Reading was stopped: {0}. Choose the series again to read it.</source>
        <translation>读取已停止：{0}。请重新选择该序列以读取。</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Drop a study here</source>
        <translation>将检查拖放到这里</translation>
    </message>
    <message>
        <source>A folder, files, a DICOMDIR or a zip with liver MRI</source>
        <translation>包含肝脏 MRI 的文件夹、文件、DICOMDIR 或压缩包</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open sample study</source>
        <translation>打开示例检查</translation>
    </message>
</context>
<context>
    <name>WorkListView</name>
    <message>
        <source>Work list</source>
        <translation>工作列表</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Take off the list</source>
        <translation>从列表移除</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open files or zip…</source>
        <translation>打开文件或压缩包…</translation>
    </message>
    <message>
        <source>Open sample study</source>
        <translation>打开示例检查</translation>
    </message>
    <message>
        <source>Load case…</source>
        <translation>载入病例…</translation>
    </message>
    <message>
        <source>Save case…</source>
        <translation>保存病例…</translation>
    </message>
    <message>
        <source>Import outlines…</source>
        <translation>导入轮廓…</translation>
    </message>
    <message>
        <source>Export outlines…</source>
        <translation>导出轮廓…</translation>
    </message>
    <message>
        <source>Save picture of the views…</source>
        <translation>保存视图图片…</translation>
    </message>
    <message>
        <source>Save picture with the patient&apos;s name…</source>
        <translation>保存含患者姓名的图片…</translation>
    </message>
    <message>
        <source>Copy picture of the views</source>
        <translation>复制视图图片</translation>
    </message>
    <message>
        <source>Previous study of the list</source>
        <translation>列表中的上一检查</translation>
    </message>
    <message>
        <source>Next study of the list</source>
        <translation>列表中的下一检查</translation>
    </message>
    <message>
        <source>Close study</source>
        <translation>关闭检查</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Delete outline on this slice</source>
        <translation>删除此层面的轮廓</translation>
    </message>
    <message>
        <source>Delete lesion</source>
        <translation>删除病灶</translation>
    </message>
    <message>
        <source>Rename lesion…</source>
        <translation>重命名病灶…</translation>
    </message>
    <message>
        <source>Next lesion</source>
        <translation>下一个病灶</translation>
    </message>
    <message>
        <source>Previous lesion</source>
        <translation>上一个病灶</translation>
    </message>
    <message>
        <source>Copy outline to the slice above</source>
        <translation>将轮廓复制到上一层面</translation>
    </message>
    <message>
        <source>Copy outline to the slice below</source>
        <translation>将轮廓复制到下一层面</translation>
    </message>
    <message>
        <source>Interpolate between outlined slices</source>
        <translation>在已勾画层面之间插值</translation>
    </message>
    <message>
        <source>Confirm the outline on this slice</source>
        <translation>确认此层面的轮廓</translation>
    </message>
    <message>
        <source>Confirm all interpolated outlines</source>
        <translation>确认全部插值轮廓</translation>
    </message>
    <message>
        <source>Window and level</source>
        <translation>窗宽窗位</translation>
    </message>
    <message>
        <source>Freehand outline</source>
        <translation>徒手轮廓</translation>
    </message>
    <message>
        <source>Polygon outline</source>
        <translation>多边形轮廓</translation>
    </message>
    <message>
        <source>Ellipse outline</source>
        <translation>椭圆轮廓</translation>
    </message>
    <message>
        <source>Box outline</source>
        <translation>矩形轮廓</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Brush for like signal</source>
        <translation>相近信号画笔</translation>
    </message>
    <message>
        <source>Grow from a point</source>
        <translation>从一点生长</translation>
    </message>
    <message>
        <source>Move and reshape</source>
        <translation>移动与变形</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>缩小画笔</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>放大画笔</translation>
    </message>
    <message>
        <source>New lesion</source>
        <translation>新病灶</translation>
    </message>
    <message>
        <source>One view</source>
        <translation>一个视图</translation>
    </message>
    <message>
        <source>Two views</source>
        <translation>两个视图</translation>
    </message>
    <message>
        <source>Three views</source>
        <translation>三个视图</translation>
    </message>
    <message>
        <source>Four views</source>
        <translation>四个视图</translation>
    </message>
    <message>
        <source>Six views</source>
        <translation>六个视图</translation>
    </message>
    <message>
        <source>Series and lesions</source>
        <translation>序列与病灶</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Next view</source>
        <translation>下一视图</translation>
    </message>
    <message>
        <source>Choose its series</source>
        <translation>选择其序列</translation>
    </message>
    <message>
        <source>Link views</source>
        <translation>联动视图</translation>
    </message>
    <message>
        <source>Interpolate images</source>
        <translation>图像插值</translation>
    </message>
    <message>
        <source>Corner text</source>
        <translation>四角文字</translation>
    </message>
    <message>
        <source>Diameters on the image</source>
        <translation>图像上的径线</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Look further left</source>
        <translation>向左平移</translation>
    </message>
    <message>
        <source>Look further right</source>
        <translation>向右平移</translation>
    </message>
    <message>
        <source>Look further up</source>
        <translation>向上平移</translation>
    </message>
    <message>
        <source>Look further down</source>
        <translation>向下平移</translation>
    </message>
    <message>
        <source>Automatic window</source>
        <translation>自动窗宽窗位</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>柔和</translation>
    </message>
    <message>
        <source>Bright lesions</source>
        <translation>高信号病灶</translation>
    </message>
    <message>
        <source>All signal</source>
        <translation>全部信号</translation>
    </message>
    <message>
        <source>Wider window</source>
        <translation>增大窗宽</translation>
    </message>
    <message>
        <source>Narrower window</source>
        <translation>缩小窗宽</translation>
    </message>
    <message>
        <source>Brighter</source>
        <translation>调亮</translation>
    </message>
    <message>
        <source>Darker</source>
        <translation>调暗</translation>
    </message>
    <message>
        <source>Previous slice</source>
        <translation>上一层面</translation>
    </message>
    <message>
        <source>Next slice</source>
        <translation>下一层面</translation>
    </message>
    <message>
        <source>First slice</source>
        <translation>第一层</translation>
    </message>
    <message>
        <source>Last slice</source>
        <translation>最后一层</translation>
    </message>
    <message>
        <source>Play and stop cine</source>
        <translation>播放/停止电影</translation>
    </message>
    <message>
        <source>Cine faster</source>
        <translation>加快电影播放</translation>
    </message>
    <message>
        <source>Cine slower</source>
        <translation>减慢电影播放</translation>
    </message>
    <message>
        <source>Heat map (hold H for the plain image)</source>
        <translation>热图（按住 H 显示原图）</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Start by itself</source>
        <translation>自动开始</translation>
    </message>
    <message>
        <source>Ask for my impression first</source>
        <translation>先询问我的印象</translation>
    </message>
    <message>
        <source>What the network sees</source>
        <translation>网络所见</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>报告…</translation>
    </message>
    <message>
        <source>Save PDF report…</source>
        <translation>保存 PDF 报告…</translation>
    </message>
    <message>
        <source>Save de-identified PDF report…</source>
        <translation>保存去标识化 PDF 报告…</translation>
    </message>
    <message>
        <source>Save all outputs…</source>
        <translation>保存全部输出…</translation>
    </message>
    <message>
        <source>Lobule help</source>
        <translation>Lobule 帮助</translation>
    </message>
    <message>
        <source>Keyboard and mouse</source>
        <translation>键盘与鼠标</translation>
    </message>
    <message>
        <source>Audit record</source>
        <translation>审计记录</translation>
    </message>
    <message>
        <source>Skipped files</source>
        <translation>跳过的文件</translation>
    </message>
    <message>
        <source>About Lobule</source>
        <translation>关于 Lobule</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Draw</source>
        <translation>勾画(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Result</source>
        <translation>结果(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Zoom and pan</source>
        <translation>缩放与平移</translation>
    </message>
    <message>
        <source>Slices and cine</source>
        <translation>层面与电影播放</translation>
    </message>
    <message>
        <source>Close the line</source>
        <translation>闭合轮廓</translation>
    </message>
    <message>
        <source>Enter, double click</source>
        <translation>回车键、双击</translation>
    </message>
    <message>
        <source>Take back the last point</source>
        <translation>撤回最后一点</translation>
    </message>
    <message>
        <source>Backspace</source>
        <translation>退格键</translation>
    </message>
    <message>
        <source>Scroll slices</source>
        <translation>滚动层面</translation>
    </message>
    <message>
        <source>Slice before or after in the strip of scores</source>
        <translation>评分条带中的前后层面</translation>
    </message>
    <message>
        <source>Left, Right</source>
        <translation>左、右箭头</translation>
    </message>
    <message>
        <source>While drawing</source>
        <translation>勾画时</translation>
    </message>
    <message>
        <source>On the images</source>
        <translation>在图像上</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Ctrl + 滚轮</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>middle button</source>
        <translation>中键</translation>
    </message>
    <message>
        <source>Window and level, any tool</source>
        <translation>窗宽窗位（任何工具下）</translation>
    </message>
    <message>
        <source>right button</source>
        <translation>右键</translation>
    </message>
    <message>
        <source>Show this point in all views</source>
        <translation>在所有视图中显示此点</translation>
    </message>
    <message>
        <source>Ctrl + click</source>
        <translation>Ctrl + 单击</translation>
    </message>
    <message>
        <source>One view alone and back</source>
        <translation>单视图显示与还原</translation>
    </message>
    <message>
        <source>double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Choose the series of a view</source>
        <translation>选择视图的序列</translation>
    </message>
    <message>
        <source>right click</source>
        <translation>右键单击</translation>
    </message>
    <message>
        <source>Cut from the outline</source>
        <translation>从轮廓中切除</translation>
    </message>
    <message>
        <source>Alt + draw</source>
        <translation>Alt + 勾画</translation>
    </message>
    <message>
        <source>Radius of the brush</source>
        <translation>画笔半径</translation>
    </message>
    <message>
        <source>Shift + wheel</source>
        <translation>Shift + 滚轮</translation>
    </message>
    <message>
        <source>More or less signal while growing</source>
        <translation>生长时增减信号范围</translation>
    </message>
    <message>
        <source>Move the outline by a pixel, by five</source>
        <translation>将轮廓移动一个、五个像素</translation>
    </message>
    <message>
        <source>arrows, Shift + arrows</source>
        <translation>方向键，Shift + 方向键</translation>
    </message>
    <message>
        <source>Put the tool away</source>
        <translation>放下工具</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Plain image</source>
        <translation>原图</translation>
    </message>
    <message>
        <source>hold H</source>
        <translation>按住 H</translation>
    </message>
</context>
<context>
    <name>audit</name>
    <message>
        <source>Analysis</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>flag raised</source>
        <translation>已提示</translation>
    </message>
    <message>
        <source>flag not raised</source>
        <translation>未提示</translation>
    </message>
    <message>
        <source>flag withheld</source>
        <translation>不予提示</translation>
    </message>
    <message>
        <source>hidden until your impression is recorded</source>
        <translation>记录您的印象之前不显示</translation>
    </message>
    <message>
        <source>{0} (de-identified)</source>
        <translation>{0}（去标识）</translation>
    </message>
    <message>
        <source>{0} objects to {1}</source>
        <translation>{0} 个对象发送至 {1}</translation>
    </message>
</context>
<context>
    <name>changes</name>
    <message>
        <source>Flag, changed: {0}</source>
        <translation>提示已改变：{0}</translation>
    </message>
    <message>
        <source>Sum rule</source>
        <translation>求和规则</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{1} 个中 {0} 个</translation>
    </message>
    <message>
        <source>Malignant slices</source>
        <translation>恶性层面</translation>
    </message>
    <message>
        <source>Mean scores moved by up to {0}</source>
        <translation>平均评分最多变化 {0}</translation>
    </message>
    <message>
        <source>New lesion {0}</source>
        <translation>新增病灶 {0}</translation>
    </message>
    <message>
        <source>Without lesion {0}</source>
        <translation>不再有病灶 {0}</translation>
    </message>
    <message>
        <source>Model package</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>New caution: {0}</source>
        <translation>新的注意事项：{0}</translation>
    </message>
    <message>
        <source>No longer: {0}</source>
        <translation>不再出现：{0}</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Something unexpected happened ({0}).</source>
        <translation>发生意外情况（{0}）。</translation>
    </message>
    <message>
        <source>Your outlines are still here. Save the case, and send the copied details to support.</source>
        <translation>您的轮廓仍在。请保存病例，并将复制的详细信息发送给技术支持。</translation>
    </message>
    <message>
        <source>Lobule</source>
        <translation>Lobule</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详细信息</translation>
    </message>
    <message>
        <source>Not saved: {0}</source>
        <translation>未保存：{0}</translation>
    </message>
    <message>
        <source>Your outlines are still here. Save again, into another folder if this one fails.</source>
        <translation>您的轮廓仍在。请重新保存；如此文件夹无法写入，请换一个文件夹。</translation>
    </message>
</context>
<context>
    <name>operations</name>
    <message>
        <source>Looking at what was dropped</source>
        <translation>正在查看拖入的内容</translation>
    </message>
    <message>
        <source>Reading files</source>
        <translation>正在读取文件</translation>
    </message>
    <message>
        <source>Recognising series</source>
        <translation>正在识别序列</translation>
    </message>
    <message>
        <source>Reading the first image</source>
        <translation>正在读取第一幅图像</translation>
    </message>
    <message>
        <source>Working through the list</source>
        <translation>正在依次处理列表</translation>
    </message>
    <message>
        <source>Reading images</source>
        <translation>正在读取图像</translation>
    </message>
    <message>
        <source>Importing outlines</source>
        <translation>正在导入轮廓</translation>
    </message>
    <message>
        <source>Comparing outlines</source>
        <translation>正在比较轮廓</translation>
    </message>
    <message>
        <source>Writing outlines</source>
        <translation>正在写入轮廓</translation>
    </message>
    <message>
        <source>Analyzing</source>
        <translation>正在分析</translation>
    </message>
    <message>
        <source>Aligning with T2</source>
        <translation>正在与 T2 对齐</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在生成报告</translation>
    </message>
    <message>
        <source>Saving the report</source>
        <translation>正在保存报告</translation>
    </message>
    <message>
        <source>Writing all outputs</source>
        <translation>正在写入全部输出</translation>
    </message>
    <message>
        <source>Saving the case</source>
        <translation>正在保存病例</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>正在保存</translation>
    </message>
    <message>
        <source>Reading the case</source>
        <translation>正在读取病例</translation>
    </message>
    <message>
        <source>Checking the audit record</source>
        <translation>正在核对审计记录</translation>
    </message>
    <message>
        <source>Checking models</source>
        <translation>正在检查模型</translation>
    </message>
    <message>
        <source>Unpacking the sample study</source>
        <translation>正在解压示例检查</translation>
    </message>
</context>
<context>
    <name>role_menu</name>
    <message>
        <source>b unknown</source>
        <translation>b 值未知</translation>
    </message>
    <message>
        <source>Fits the role</source>
        <translation>适合此角色</translation>
    </message>
    <message>
        <source>Other series</source>
        <translation>其他序列</translation>
    </message>
    <message>
        <source>No series</source>
        <translation>无序列</translation>
    </message>
    <message>
        <source>Align with T2…</source>
        <translation>与 T2 对齐…</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>Analyze as soon as roles and an outline are there</source>
        <translation>序列和轮廓齐备后立即分析</translation>
    </message>
    <message>
        <source>Ask for the reader&apos;s impression before the scores are shown</source>
        <translation>显示评分之前先询问读者的印象</translation>
    </message>
    <message>
        <source>Provider that runs the network</source>
        <translation>运行网络的计算后端</translation>
    </message>
    <message>
        <source>Interpolate images on the screen</source>
        <translation>屏幕图像插值</translation>
    </message>
    <message>
        <source>Scroll and zoom all views together</source>
        <translation>所有视图联动滚动和缩放</translation>
    </message>
    <message>
        <source>Show text in the corners of the images</source>
        <translation>在图像四角显示文字</translation>
    </message>
    <message>
        <source>Show the diameters of the chosen lesion on the image</source>
        <translation>在图像上显示所选病灶的径线</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Size of texts and controls</source>
        <translation>文字和控件大小</translation>
    </message>
    <message>
        <source>Paper of the report</source>
        <translation>报告纸张</translation>
    </message>
    <message>
        <source>Language of the report</source>
        <translation>报告语言</translation>
    </message>
    <message>
        <source>Dark (reading room)</source>
        <translation>深色（阅片室）</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>As the computer</source>
        <translation>与计算机一致</translation>
    </message>
    <message>
        <source>As the window</source>
        <translation>与窗口一致</translation>
    </message>
    <message>
        <source>Best that passes its test</source>
        <translation>通过自检的最佳后端</translation>
    </message>
</context>
<context>
    <name>slice_view</name>
    <message>
        <source>Lesions are outlined on the T2 images.</source>
        <translation>病灶在 T2 图像上勾画。</translation>
    </message>
    <message>
        <source>Press on the outline to pull it, or inside to move it.</source>
        <translation>按住轮廓线可拉动，按住内部可移动。</translation>
    </message>
    <message>
        <source>signal {0}</source>
        <translation>信号 {0}</translation>
    </message>
    <message>
        <source>Slice {0} of {1}   {2}</source>
        <translation>层面 {0}/{1}   {2}</translation>
    </message>
    <message>
        <source>Reading the other slices…</source>
        <translation>正在读取其余层面…</translation>
    </message>
    <message>
        <source>No slice at this level</source>
        <translation>此平面无层面</translation>
    </message>
    <message>
        <source>Interpolated outline: not yet confirmed</source>
        <translation>插值轮廓：尚未确认</translation>
    </message>
    <message>
        <source>{0}   {1} × {2} mm, step {3} mm   zoom {4}×</source>
        <translation>{0}   {1} × {2} mm，层间距 {3} mm   缩放 {4}×</translation>
    </message>
    <message>
        <source>W {0}  L {1}</source>
        <translation>窗宽 {0}  窗位 {1}</translation>
    </message>
</context>
<context>
    <name>wording</name>
    <message>
        <source>T2</source>
        <translation>T2</translation>
    </message>
    <message>
        <source>DWI</source>
        <translation>DWI</translation>
    </message>
    <message>
        <source>T1 pre-contrast</source>
        <translation>T1 平扫</translation>
    </message>
    <message>
        <source>T1 late arterial</source>
        <translation>T1 动脉晚期</translation>
    </message>
    <message>
        <source>T1 portal venous</source>
        <translation>T1 门静脉期</translation>
    </message>
    <message>
        <source>T1 equilibrium</source>
        <translation>T1 平衡期</translation>
    </message>
    <message>
        <source>Benign</source>
        <translation>良性</translation>
    </message>
    <message>
        <source>Malignant</source>
        <translation>恶性</translation>
    </message>
    <message>
        <source>Primary malignancy</source>
        <translation>原发性恶性肿瘤</translation>
    </message>
    <message>
        <source>Metastasis</source>
        <translation>转移瘤</translation>
    </message>
    <message>
        <source>drawn</source>
        <translation>手动勾画</translation>
    </message>
    <message>
        <source>drawn, with interpolated slices</source>
        <translation>手动勾画，含插值层面</translation>
    </message>
    <message>
        <source>imported from {0}</source>
        <translation>由 {0} 导入</translation>
    </message>
    <message>
        <source>{0}, edited</source>
        <translation>{0}，已修改</translation>
    </message>
    <message>
        <source>Regions that raised this score. Not a lesion boundary and not proof of reasoning.</source>
        <translation>使该评分升高的区域。不是病灶边界，也不能证明模型的推理。</translation>
    </message>
    <message>
        <source>No name</source>
        <translation>无姓名</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>无日期</translation>
    </message>
    <message>
        <source>no ID</source>
        <translation>无编号</translation>
    </message>
    <message>
        <source>Series without description</source>
        <translation>无描述的序列</translation>
    </message>
    <message>
        <source>T1 Dixon</source>
        <translation>T1 Dixon</translation>
    </message>
    <message>
        <source>T1 subtraction</source>
        <translation>T1 减影</translation>
    </message>
    <message>
        <source>T1 hepatobiliary</source>
        <translation>T1 肝胆期</translation>
    </message>
    <message>
        <source>Localizer</source>
        <translation>定位像</translation>
    </message>
    <message>
        <source>Derived</source>
        <translation>衍生图像</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Not MR</source>
        <translation>非 MR</translation>
    </message>
</context>
<context>
    <name>worklist</name>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>读取中…</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>analyzing…</source>
        <translation>分析中…</translation>
    </message>
    <message>
        <source>analysed</source>
        <translation>已分析</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>no ID</source>
        <translation>无编号</translation>
    </message>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0} 及另外 {1} 项</translation>
    </message>
</context>
</TS>
