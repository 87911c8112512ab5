"""Texts of the commands around the running shop."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "help.serve": {
        "en": "Answer the shop's programs over HTTP: events in, slates out.",
        "zh": "通过 HTTP 为商店的程序提供服务：接收事件，返回推荐列表。",
    },
    "help.keys": {"en": "API keys: make, list, revoke.", "zh": "API 密钥：创建、列出、吊销。"},
    "help.keys.create": {
        "en": "Make a key; it is shown this once and kept as a hash.",
        "zh": "创建密钥；仅此一次显示，只保存其散列值。",
    },
    "help.keys.list": {"en": "All keys, without what opens.", "zh": "列出全部密钥（不含密钥本身）。"},
    "help.keys.revoke": {"en": "Let a key open nothing any more.", "zh": "吊销一个密钥。"},
    "help.learn": {
        "en": "Take in what the running shop wrote, train anew, and publish what is not worse.",
        "zh": "收取运行中产生的数据，重新训练；不逊于现有模型才发布。",
    },
    "help.prepare": {
        "en": "Make beforehand what serving needs of the live model; serve does so by itself.",
        "zh": "预先准备在用模型的服务数据；serve 会自动执行。",
    },
    "help.consent": {
        "en": "What a person allows, by purpose; show it or set it.",
        "zh": "查看或设置某人按用途给出的同意。",
    },
    "help.forget": {
        "en": "Take a person out of everything that is kept, with a receipt.",
        "zh": "从所有留存数据中删除某人，并给出回执。",
    },
    "help.experiments": {"en": "Experiments: start, list, read, stop.", "zh": "实验：启动、列出、查看、停止。"},
    "help.experiments.list": {"en": "All experiments.", "zh": "列出全部实验。"},
    "help.experiments.start": {
        "en": "Start an experiment; who is in which arm is computed, and stays.",
        "zh": "启动实验；分组由散列值决定，且保持不变。",
    },
    "help.experiments.read": {
        "en": "What an experiment says so far, with intervals that may be looked at any day.",
        "zh": "查看实验目前的结果，其区间可随时查看。",
    },
    "help.experiments.stop": {"en": "End an experiment.", "zh": "停止实验。"},
    "option.experiment": {"en": "the experiment's id", "zh": "实验编号"},
    "option.arm": {
        "en": "an arm, the first is the control: NAME or NAME=model:3,focus:all,weight:2; model may be live or none",
        "zh": "一个分组，首个为对照组：名称 或 名称=model:3,focus:all,weight:2；model 可为 live 或 none",
    },
    "option.share": {"en": "share of the traffic that takes part", "zh": "参与实验的流量占比"},
    "option.metric": {
        "en": "what the verdict is about: conversion, revenue or repeat_visit_rate",
        "zh": "结论所依据的指标：conversion、revenue 或 repeat_visit_rate",
    },
    "option.days": {
        "en": "days after first seeing an arm within which what somebody does counts",
        "zh": "首次看到分组后计入结果的天数",
    },
    "option.planned": {"en": "people planned in all arms", "zh": "各组计划总人数"},
    "option.purpose": {"en": "what is to be learned", "zh": "实验目的"},
    "cli.experiments.id": {"en": "id", "zh": "编号"},
    "cli.experiments.arms": {"en": "arms", "zh": "分组"},
    "cli.experiments.purpose": {"en": "purpose", "zh": "目的"},
    "cli.experiments.started": {"en": "started", "zh": "启动时间"},
    "cli.experiments.stopped": {"en": "stopped", "zh": "停止时间"},
    "cli.experiments.runs": {"en": "Experiment {experiment} runs.", "zh": "实验 {experiment} 已启动。"},
    "cli.experiments.ended": {"en": "Experiment {experiment} has ended.", "zh": "实验 {experiment} 已停止。"},
    "option.host": {"en": "the address to listen on", "zh": "监听地址"},
    "option.port": {"en": "the port to listen on; 0 for any that is free", "zh": "监听端口；0 表示任一空闲端口"},
    "option.workers": {"en": "processes that answer", "zh": "应答请求的进程数"},
    "option.scopes": {
        "en": "what the key may do: events, recommend, manage, privacy, with commas between",
        "zh": "密钥的权限：events、recommend、manage、privacy，以逗号分隔",
    },
    "option.note": {"en": "what the key is for", "zh": "密钥用途说明"},
    "option.key_id": {"en": "the key's id, as keys list shows it", "zh": "密钥编号，见 keys list"},
    "option.force": {
        "en": "learn also where nothing happened since the live model",
        "zh": "即使在用模型之后没有新事件，也重新学习",
    },
    "option.compact": {
        "en": "only take in what the running shop wrote",
        "zh": "只收取运行中产生的数据",
    },
    "option.fold_in": {
        "en": "fold what is new into the live model in place of a full fit",
        "zh": "将新数据并入在用模型，而不完整重训",
    },
    "option.person": {"en": "the user's id", "zh": "用户编号"},
    "option.allow": {"en": "a purpose that is allowed; may be given several times", "zh": "同意的用途；可多次给出"},
    "option.refuse": {"en": "a purpose that is refused; may be given several times", "zh": "拒绝的用途；可多次给出"},
    "cli.serving": {
        "en": "Serving {place} ({workers} workers). Calls: {place}/docs. Ctrl-C ends it.",
        "zh": "服务地址 {place}（{workers} 个进程）。接口说明：{place}/docs。按 Ctrl-C 结束。",
    },
    "cli.key": {
        "en": "This key is shown once. Send it as Authorization: Bearer KEY.",
        "zh": "此密钥只显示一次。请以 Authorization: Bearer 密钥 的形式发送。",
    },
    "cli.keys.id": {"en": "id", "zh": "编号"},
    "cli.keys.scopes": {"en": "scopes", "zh": "权限"},
    "cli.keys.note": {"en": "note", "zh": "说明"},
    "cli.keys.made": {"en": "made", "zh": "创建时间"},
    "cli.keys.revoked": {"en": "revoked", "zh": "吊销时间"},
    "cli.revoked": {"en": "Key {key_id} opens nothing any more.", "zh": "密钥 {key_id} 已吊销。"},
    "cli.compacted": {
        "en": "Taken in: {events:,} events ({already_there:,} known before, {set_aside:,} set aside), {items:,} items.",
        "zh": "已收取：{events:,} 条事件（{already_there:,} 条此前已有，{set_aside:,} 条被隔离），{items:,} 件商品。",
    },
    "cli.learn.published": {
        "en": "Version {version} is live: not worse than the one before on what happened since {window}.",
        "zh": "已启用版本 {version}：在 {window} 之后的数据上不逊于前一版本。",
    },
    "cli.learn.first": {"en": "Version {version} is live, the first.", "zh": "已启用首个版本 {version}。"},
    "cli.learn.worse": {
        "en": "Version {version} stays live: the new one was worse on what happened since {window}.",
        "zh": "版本 {version} 继续在用：新模型在 {window} 之后的数据上更差。",
    },
    "cli.learn.nothing new": {
        "en": "Version {version} stays live: nothing happened since it learnt.",
        "zh": "版本 {version} 继续在用：其训练之后没有新数据。",
    },
    "cli.learn.compared": {
        "en": "{metric} of {users:,} users, {task}: new {new:.4f}, live {live:.4f}, "
        "ratio {ratio:.3f} [{low:.3f}, {high:.3f}]",
        "zh": "{task} 上 {users:,} 位用户的 {metric}：新 {new:.4f}，在用 {live:.4f}，"
        "比值 {ratio:.3f} [{low:.3f}, {high:.3f}]",
    },
    "cli.learn.explored": {
        "en": "Explored places since {window}, clicks a choice: new {new:.4f}, live {live:.4f}, "
        "difference {difference:+.4f} [{low:+.4f}, {high:+.4f}] of {choices:,} choices",
        "zh": "{window} 之后的探索位，每次选择的点击：新 {new:.4f}，在用 {live:.4f}，"
        "差 {difference:+.4f} [{low:+.4f}, {high:+.4f}]，共 {choices:,} 次选择",
    },
    "cli.learn.taught": {
        "en": "Learnt from {slates:,} slates with {clicks:,} clicks; how far places are looked at: {method}.",
        "zh": "已学习 {slates:,} 份列表及其 {clicks:,} 次点击；各位置的受关注程度：{method}。",
    },
    "cli.consent.purpose": {"en": "purpose", "zh": "用途"},
    "cli.consent.granted": {"en": "allowed", "zh": "同意"},
    "cli.consent.source": {"en": "said where", "zh": "来源"},
    "cli.forgotten": {"en": "Receipt {receipt}", "zh": "回执 {receipt}"},
    "cli.forget.part": {"en": "where", "zh": "位置"},
    "cli.forget.removed": {"en": "removed", "zh": "已删除"},
    "cli.forget.left": {"en": "left", "zh": "剩余"},
    "stage.prepare": {"en": "preparing to serve", "zh": "准备服务数据"},
    "stage.standing": {"en": "making lists beforehand", "zh": "预先生成列表"},
    "stage.fold in": {"en": "folding in", "zh": "并入新数据"},
    "stage.compact": {"en": "taking in events", "zh": "收取事件"},
}
"""Every text of these commands, in English and Chinese."""
