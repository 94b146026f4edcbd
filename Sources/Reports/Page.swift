/// A page in one file, without scripts, fonts or pictures from elsewhere.
///
/// - Parameters:
///   - title: The title, as plain text.
///   - content: What follows the title, as HTML.
///   - style: Rules beside those of every report.
func htmlPage(_ title: String, _ content: String, style: String = "") -> String {
  """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>\(escaped(title))</title>
  <style>
  \(reportStyle)\(style.isEmpty ? "" : "\n" + style)
  </style>
  </head>
  <body>
  <main>
  <h1>\(escaped(title))</h1>
  \(content)
  </main>
  </body>
  </html>

  """
}

/// A text with the characters escaped that mean something in HTML.
func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}
