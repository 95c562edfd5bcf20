/// How pages look: one accent, figures of one width, light and dark by the reader's wish, black on white on paper.
enum Style {
    static let sheet: Markup = """
        :root { color-scheme: light dark; --paper: #fcfcfa; --ink: #1d2326; --faint: #5b666c; --line: #d8dcdc;
          --accent: #1d5c7c; --tint: #a8c8d8; --mark: #8a3b12;
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
            "WenQuanYi Micro Hei", sans-serif; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14181a; --ink: #e4e8e8; --faint: #9aa6ab;
          --line: #343c40; --accent: #74b6d6; --tint: #2f5a6e; --mark: #e7a077; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 74rem; background: var(--paper); color: var(--ink);
          font-variant-numeric: tabular-nums; }
        h1 { font-size: 1.75rem; line-height: 1.25; margin: 0; font-weight: 650; }
        h2 { font-size: 1.2rem; margin: 2.75rem 0 .35rem; padding-top: .9rem; border-top: 1px solid var(--line);
          font-weight: 650; }
        h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; font-weight: 650; }
        p { margin: .35rem 0; max-width: 46rem; } .faint, figcaption, .note { color: var(--faint); }
        .note { font-size: .875rem; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem 1.5rem;
          margin: 1.75rem 0 0; }
        .figures div { border-left: 3px solid var(--line); padding-left: .75rem; min-width: 0; display: flex;
          flex-direction: column; justify-content: space-between; }
        .figures div.mark { border-color: var(--mark); }
        .figures dt { font-size: .875rem; color: var(--faint); } .figures dd { margin: 0; font-size: 1.6rem;
          line-height: 1.3; overflow-wrap: anywhere; }
        .pair { display: grid; grid-template-columns: minmax(0, 26rem) minmax(0, 1fr); gap: 1rem 2.5rem;
          align-items: start; margin-top: .75rem; } .pair .pair { margin-top: 0; }
        figure { margin: 0 0 1.25rem; break-inside: avoid; } figcaption { font-size: .875rem; margin-bottom: .25rem; }
        svg { display: block; width: 100%; height: auto; max-width: 30rem; }
        svg text { font-size: 12px; fill: var(--faint); font-variant-numeric: tabular-nums; }
        svg .name, svg .value { fill: var(--ink); } svg line { stroke: var(--line); stroke-width: 1; }
        svg .a { fill: var(--accent); } svg .b { fill: var(--tint); stroke: var(--accent); stroke-width: .5; }
        .legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; list-style: none; padding: 0; margin: 0 0 .25rem;
          font-size: .875rem; color: var(--faint); }
        .legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -.08rem;
          background: var(--accent); } .legend i.b { background: var(--tint); border: 1px solid var(--accent); }
        .wide { overflow-x: auto; margin-bottom: 1.25rem; } .wide:last-child { margin-bottom: 0; }
        table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.4; }
        caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
        th, td { text-align: left; padding: .28rem .9rem .28rem 0; border-bottom: 1px solid var(--line);
          vertical-align: top; min-width: 4.5rem; } thead th { word-break: keep-all; vertical-align: bottom; } th:last-child, td:last-child { padding-right: 0; }
        .who { overflow-wrap: anywhere; min-width: 6rem; } .long { min-width: 15rem; } .few { width: auto; min-width: min(100%, 26rem); }
        th { color: var(--faint); font-weight: 500; } thead th { border-bottom-color: var(--faint); }
        tbody th { color: inherit; font-weight: 400; }
        .n { text-align: right; min-width: 0; } td.n { white-space: nowrap; } .t { white-space: nowrap; }
        tr.mark td:first-child, tr.mark th:first-child { box-shadow: inset 3px 0 var(--mark); padding-left: .6rem; }
        code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        dl.facts { display: grid; grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); gap: .25rem 1.5rem;
          font-size: .875rem; } dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; }
        footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; font-size: .875rem;
          color: var(--faint); }
        .sign { margin-top: 4rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 2.5rem; }
        .sign p { border-top: 1px solid var(--ink); padding-top: .3rem; font-size: .875rem; }
        @media screen and (max-width: 52rem) { .pair { grid-template-columns: minmax(0, 1fr); } body { padding: 1.25rem 1rem 2rem; }
          h1 { font-size: 1.45rem; } dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
          dl.facts dd { margin-bottom: .5rem; } }
        @page { size: A4; margin: 16mm 14mm; }
        @media print { :root { --paper: #fff; --ink: #000; --faint: #444; --line: #bbb; --accent: #1d5c7c;
          --tint: #a8c8d8; --mark: #8a3b12; color-scheme: light; font-size: 11px; }
          body { padding: 0; max-width: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .pair { grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); gap: 1rem 1.5rem; }
          .figures { grid-template-columns: repeat(7, 1fr); gap: .5rem; }
          .wide { overflow: visible; } td.n { white-space: normal; overflow-wrap: anywhere; } h2, h3, caption { break-after: avoid; } tr { break-inside: avoid; } }
        """

    /// A whole page.
    static func page(_ words: Words, title: String, body: Markup) -> String {
        let page: Markup = """
            <!doctype html>
            <html lang="\(words.language.tag)">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(sheet)
            </style>
            \(body)
            </html>

            """
        return page.text
    }
}
