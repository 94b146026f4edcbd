/// A page in one file, without fonts, pictures or scripts from elsewhere.
struct HTMLPage {
  /// The title of the window, as plain text.
  var title: String
  /// What stands above the headline, in a few words, as plain text.
  var kicker: String
  /// The headline, as plain text: what the page has to say in one sentence.
  var headline: String
  /// What follows the headline, as HTML.
  var lead: String
  /// The parts of the page, in order; the first may go without a heading.
  var sections: [Section]
  /// A script that the page also does without.
  var script = ""

  /// A part of a page.
  struct Section {
    /// Its name in links; letters only.
    var id: String
    /// Its heading, as plain text.
    var heading: String
    /// Its content, as HTML; a part without any is left out.
    var content: String
  }

  /// The page.
  var text: String {
    let shown = sections.filter { !$0.content.isEmpty }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(title))</title>
      <style>
      \(pageStyle)
      </style>
      </head>
      <body>
      <main>
      <header>
      <p class="kicker">\(escaped(kicker))</p>
      <h1>\(escaped(headline))</h1>
      \(lead)
      \(links(shown))
      </header>
      \(shown.map(text).joined(separator: "\n"))
      </main>
      \(script.isEmpty ? "" : "<script>\n\(script)\n</script>")
      </body>
      </html>

      """
  }

  private func links(_ sections: [Section]) -> String {
    let links = sections.filter { !$0.heading.isEmpty }.map {
      "<li><a href=\"#\($0.id)\">\(escaped($0.heading))</a></li>"
    }
    return links.count < 3
      ? "" : "<nav aria-label=\"Parts of this page\"><ul>\(links.joined())</ul></nav>"
  }

  private func text(_ section: Section) -> String {
    let heading = section.heading.isEmpty ? "" : "<h2>\(escaped(section.heading))</h2>\n"
    return "<section id=\"\(section.id)\">\n\(heading)\(section.content)\n</section>"
  }
}
