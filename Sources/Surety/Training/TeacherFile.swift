import Datasets
import Files
import ModelFiles
import Networks
import Records
import Training

/// The teacher that a recipe names, as its file says.
struct TeacherFile {
  /// The network.
  var network: Network
  /// What records keep of it.
  var record: TeacherRecord

  /// Reads a recipe's teacher; nil where it names none.
  ///
  /// - Parameter images: The images that it is to be asked about.
  /// - Throws: `InputError` when the file cannot be read, has an operation that is not supported, or takes images in another order.
  init?(of recipe: Recipe, for images: ImageSet) throws(InputError) {
    guard let path = recipe.distillation.teacher else { return nil }
    let file = try ModelFile(path)
    // Constants that are added after a layer become its bias, so that the last layer is found behind them.
    network = try file.network().foldingBiases()
    try network.requireStoredOrder(of: images, source: path)
    record = TeacherRecord(file: path, digest: file.digest())
  }
}
